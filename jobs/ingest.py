"""Land raw files and make silver of them: ``ingest.py --env prod``."""

from learnlake import ingest
from learnlake.cli import job

if __name__ == "__main__":
    job(ingest.STAGES)
