"""Run every room, from raw logs to audiences: ``nightly.py --env prod``."""

from learnlake.cli import job
from learnlake.pipeline import STEPS

if __name__ == "__main__":
    job(STEPS)
