"""Choose the audiences of one day: ``marketing.py --as-of 2026-05-01``."""

from learnlake import marketing
from learnlake.cli import job

if __name__ == "__main__":
    job(marketing.STAGES)
