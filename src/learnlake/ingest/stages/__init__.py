"""Stages of the ingest room, one module a table."""
