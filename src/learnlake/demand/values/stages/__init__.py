"""Stages of what customers are worth, one module a table."""
