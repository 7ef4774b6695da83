"""Models of the portraits room."""
