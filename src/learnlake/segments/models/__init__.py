"""Models of the segments room."""
