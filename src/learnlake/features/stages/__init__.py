"""Stages of the features room, one module a table."""
