"""Count, forecast and follow what users do, as of one day: ``behaviour.py --as-of 2026-05-01``."""

from learnlake import behaviour
from learnlake.cli import job

if __name__ == "__main__":
    job(behaviour.STAGES)
