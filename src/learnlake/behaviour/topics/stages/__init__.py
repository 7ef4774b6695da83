"""Stages of topics, one module a table."""
