"""The demo: what a person would type, in one Spark session, since a warm Java does the second command in half the time.

After it: are the planted segments found again, and how long did it all take?
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from learnlake.cli import app
from planted import compare


def main() -> None:
    """Simulate, run, compare; end with the status of the first command that fails."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--logs", type=Path, required=True, help="where the simulated logs go")
    words.add_argument("--users", default="2000")
    words.add_argument("--days", default="120")
    words.add_argument("--lake", default="demo/lake")
    words.add_argument("--only", action="append", default=[], help="make these tables and no others; all by default")
    given = words.parse_args()
    (given.logs.parent / "found.txt").unlink(missing_ok=True)
    began = time.monotonic()
    _type("doctor", "--env", "demo")
    _type("simulate", "--env", "demo", "--users", given.users, "--days", given.days, "--out", str(given.logs))
    _type("run", "--env", "demo", "--lake", given.lake, *(word for table in given.only for word in ("--only", table)))
    said = compare("demo", given.logs / "truth", given.lake)
    print(said)
    (given.logs.parent / "found.txt").write_text(f"{said}\n", encoding="utf-8")
    print(f"All of it took {time.monotonic() - began:.0f} s.")


def _type(*words: str) -> None:
    print(f"$ learnlake {' '.join(words)}", file=sys.stderr)
    status = app(words, standalone_mode=False)
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main()
