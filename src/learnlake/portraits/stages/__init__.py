"""Stages of the portraits room, one module a table."""
