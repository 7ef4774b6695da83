"""Rules of the marketing room."""
