"""Build the features of one day: ``features.py --as-of 2026-05-01``."""

from learnlake import features
from learnlake.cli import job

if __name__ == "__main__":
    job(features.STAGES)
