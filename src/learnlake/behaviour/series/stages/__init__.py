"""Stages of the series, one module a table."""
