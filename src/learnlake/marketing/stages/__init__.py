"""Stages of the marketing room, one module a table."""
