"""Runs described work: resolves what a step reads, calls it, writes what it returns, and keeps the books."""
