"""Draw the portraits of the users of one day: ``portraits.py --as-of 2026-05-01``."""

from learnlake import portraits
from learnlake.cli import job

if __name__ == "__main__":
    job(portraits.STAGES)
