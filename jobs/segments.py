"""Put the users of one day into segments: ``segments.py --as-of 2026-05-01``."""

from learnlake import segments
from learnlake.cli import job

if __name__ == "__main__":
    job(segments.STAGES)
