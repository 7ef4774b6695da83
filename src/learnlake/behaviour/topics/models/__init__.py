"""Models of topics."""
