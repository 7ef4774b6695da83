"""Stages of moments, one module a table."""
