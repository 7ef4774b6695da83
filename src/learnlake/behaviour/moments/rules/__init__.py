"""Rules of moments."""
