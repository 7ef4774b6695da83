"""Bronze, silver and features of some million simulated events, beside DuckDB doing the same, in one run.

Both read the same JSON lines of the simulated academy and end with counts, spend and recency per user. learnlake also hashes
identifiers, checks every row, keeps what it refuses and writes Delta tables; DuckDB writes one Parquet file a step.

    python bench/features.py [--events 5000000]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
from pyspark.sql import SparkSession

from learnlake.cli import runner_of
from learnlake.lake.raw import write_lines
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.pipeline import STEPS, load_conf
from learnlake.runner.ledger import Entry
from learnlake.session import SparkSettings, start
from learnlake.settings import Conf
from learnlake.simulate import SimulateSettings, logs

EVENTS_A_USER = 150
DAY = date(2026, 5, 4)


def in_duckdb(folder: Path, out: Path) -> dict[str, float]:
    """Read, clean and roll up with DuckDB; returns seconds by step."""
    seconds, base = {}, duckdb.connect()
    steps = {
        "bronze": f"SELECT * FROM read_json('{folder}/*/events/*.json', ignore_errors=true, union_by_name=true)",
        "silver": "SELECT DISTINCT ON (event_id) md5(member_id::VARCHAR) AS account_id, kind, try_cast(at AS TIMESTAMPTZ) AS occurred_at, "
        f"item, seconds, payment FROM '{out}/bronze.parquet' WHERE member_id IS NOT NULL AND coalesce(agent, '') NOT LIKE '%bot%'",
        "days": "SELECT account_id, occurred_at::DATE AS day, count(*) AS events, sum(seconds) AS seconds, "
        f"count(*) FILTER (kind = 'view') AS views, count(DISTINCT item) AS items FROM '{out}/silver.parquet' GROUP BY ALL",
        "features": "SELECT account_id, sum(views) FILTER (day > DATE '2026-02-03') AS views_90d, count(*) AS days, max(day) AS last_day, "
        f"sum(seconds) AS seconds FROM '{out}/days.parquet' GROUP BY ALL",
    }
    for name, query in steps.items():
        clock = time.monotonic()
        base.execute(f"COPY ({query}) TO '{out}/{name}.parquet'")
        seconds[name] = time.monotonic() - clock
    return seconds


def in_learnlake(spark: SparkSession, conf: Conf) -> tuple[float, dict[str, float]]:
    """Run the job up to the features; returns all seconds, and those of each step."""
    ours: dict[str, float] = {}

    def keep(name: str, _: str, entry: Entry | None) -> None:
        if entry:
            ours[name.split(" ")[0]] = entry.seconds

    runner = runner_of(conf, spark, STEPS, keep)
    runner.key = lambda: b"bench" * 8
    clock = time.monotonic()
    runner.run((DAY,), frozenset({USER_FEATURES.full_name}))
    return time.monotonic() - clock, ours


def peak_gigabytes() -> float:
    """Add up the peak resident memory of this process and of all that it has started (Linux)."""
    stated = {}
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in path.read_text().splitlines())
        except OSError:
            continue  # it has just ended
        stated[int(lines["Pid"])] = int(lines["PPid"]), int(lines.get("VmHWM", "0 kB").split()[0])
    ours = {os.getpid()}
    while more := {pid for pid, (parent, _) in stated.items() if parent in ours} - ours:
        ours |= more
    return sum(stated[pid][1] for pid in ours) / 1e6


def main() -> None:
    """Print seconds and ratios."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--events", type=int, default=5_000_000)
    given = words.parse_args()
    home = Path(tempfile.mkdtemp(prefix="learnlake-bench-"))
    conf = load_conf(Path("conf"), "demo", given={"SIMULATED": str(home / "logs")}, lake=str(home / "lake"))
    spark = start(conf.of(SparkSettings))
    for log in logs(spark, SimulateSettings(users=given.events // EVENTS_A_USER)):
        write_lines(log.lines, log.header, home / "logs" / log.name, log.suffix)
    whole, ours = in_learnlake(spark, conf)
    peak = peak_gigabytes()
    (home / "duck").mkdir()
    theirs = in_duckdb(home / "logs", home / "duck")
    rows = spark.read.text(str(home / "logs" / "*" / "events")).count()
    print(
        json.dumps(
            {
                "event_lines": rows,
                "learnlake_seconds": round(whole, 1),
                "steps": ours,
                "duckdb_seconds": {k: round(v, 1) for k, v in theirs.items()},
            }
        )
    )
    print(
        f"learnlake {whole:.0f} s, DuckDB {sum(theirs.values()):.0f} s: ratio {whole / sum(theirs.values()):.1f}; learnlake's peak memory {peak:.1f} GB"
    )
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
