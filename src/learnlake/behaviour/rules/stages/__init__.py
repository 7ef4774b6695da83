"""Stages of rules and paths, one a table."""
