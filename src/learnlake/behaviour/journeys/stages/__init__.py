"""Stages of the journeys, one module a table."""
