"""The lake: its vocabulary, its catalogue, and the one door through which tables are read and written."""
