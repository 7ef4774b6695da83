"""Say what comes before what, what users know, and what to learn next, as of one day: ``recommend.py --as-of 2026-05-01``."""

from learnlake import recommend
from learnlake.cli import job

if __name__ == "__main__":
    job(recommend.STAGES)
