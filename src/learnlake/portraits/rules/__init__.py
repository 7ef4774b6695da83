"""Rules of the portraits room."""
