"""Stages of the lists."""
