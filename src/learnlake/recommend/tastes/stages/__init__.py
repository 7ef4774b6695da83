"""Stages of the preferences."""
