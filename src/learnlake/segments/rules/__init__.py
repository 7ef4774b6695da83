"""Rules of the segments room."""
