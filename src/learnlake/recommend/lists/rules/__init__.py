"""How lists are made: in memory, for some users at once."""
