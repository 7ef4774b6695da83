"""Predict what users will do and what they are worth, as of one day: ``demand.py --as-of 2026-05-01``."""

from learnlake import demand
from learnlake.cli import job

if __name__ == "__main__":
    job(demand.STAGES)
