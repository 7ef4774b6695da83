"""Rules of the ingest room."""
