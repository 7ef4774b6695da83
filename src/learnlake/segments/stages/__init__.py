"""Stages of the segments room, one module a table."""
