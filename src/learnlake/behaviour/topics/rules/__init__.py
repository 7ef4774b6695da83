"""Rules of topics."""
