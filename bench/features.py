"""Bronze, silver and features of some million simulated events, beside DuckDB doing the same, in one run.

Both read the same JSON lines of the simulated academy, hash who did it, drop bots, unknown types, future lines and repeats, roll
events up to user days, and those to counts by type, visits, minutes, spend and shares over 7, 30, 90 days and ever.
learnlake beyond that keeps what it refuses with reasons, joins accounts and items as they were known, finds topics, streaks and
trends, checks keys and sums, and writes Delta tables; DuckDB writes one Parquet file a step.

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

from learnlake.cli import runner_of
from learnlake.lake.columns import EVENT_TYPES
from learnlake.lake.raw import write_lines
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.options import store_of
from learnlake.pipeline import STEPS, load_conf
from learnlake.runner.ledger import Entry
from learnlake.session import SparkSettings, start
from learnlake.settings import Conf
from learnlake.simulate import SimulateSettings, logs

EVENTS_A_USER = 87  # of the academy's events for one simulated person, of whom some are on other platforms only
DAY = date(2026, 5, 4)
KEY = b"bench" * 8
LINE = (
    "{event_id: 'VARCHAR', member_id: 'BIGINT', kind: 'VARCHAR', \"at\": 'VARCHAR', received_at: 'VARCHAR', item: 'VARCHAR', "
    "seconds: 'INTEGER', payment: 'STRUCT(amount VARCHAR, currency VARCHAR)', result: 'STRUCT(points INTEGER, stars INTEGER)', "
    "words: 'VARCHAR', visit: 'STRUCT(session VARCHAR, channel VARCHAR)', agent: 'VARCHAR'}"
)


def in_duckdb(folder: Path, out: Path) -> dict[str, float]:
    """Read, clean and roll up with DuckDB; returns seconds by step."""
    kinds = ", ".join(f"'{kind}'" for kind in EVENT_TYPES)
    counts = ", ".join(f"count(*) FILTER (kind = '{kind}') AS {kind}_count" for kind in EVENT_TYPES)
    sums = (
        *(f"{kind}_count" for kind in EVENT_TYPES),
        "events",
        "seconds",
        "spend",
        "nights",
        "visits",
        "stars",
        "ratings",
    )
    windows = {f"_{days}d": f"FILTER (day > DATE '{DAY}' - {days})" for days in (7, 30, 90)} | {"_ever": ""}
    rolled = ", ".join(
        f"sum({name}) {of} AS {name}{end}, count(*) {of} AS days{end}" for end, of in windows.items() for name in sums
    )
    steps = {
        "bronze": f"SELECT * EXCLUDE member_id, sha256('{KEY.decode()}' || member_id) AS member FROM "
        f"read_json('{folder}/academy/events/*.json', format='newline_delimited', columns={LINE}, ignore_errors=true)",
        "silver": 'SELECT DISTINCT ON (event_id) event_id, member, kind, try_cast("at" AS TIMESTAMPTZ) AS occurred_at, item, seconds, '
        "try_cast(payment.amount AS DECIMAL(18, 2)) AS amount, result.stars AS stars, visit.session AS visit, words "
        f"FROM '{out}/bronze.parquet' WHERE member IS NOT NULL AND coalesce(agent, '') NOT ILIKE '%bot%' AND kind IN ({kinds}) "
        "AND try_cast(\"at\" AS TIMESTAMPTZ) <= coalesce(try_cast(received_at AS TIMESTAMPTZ), TIMESTAMPTZ '2026-05-06') ORDER BY received_at",
        "days": "SELECT member, (occurred_at AT TIME ZONE 'Asia/Shanghai')::DATE AS day, count(*) AS events, sum(seconds) AS seconds, "
        "sum(amount) AS spend, count(*) FILTER (hour(occurred_at AT TIME ZONE 'Asia/Shanghai') NOT BETWEEN 6 AND 21) AS nights, "
        "count(DISTINCT visit) AS visits, sum(stars) AS stars, count(stars) AS ratings, array_agg(DISTINCT item) AS items, "
        f"{counts} FROM '{out}/silver.parquet' GROUP BY ALL",
        "features": f"SELECT member, max(day) AS last_day, count(*) FILTER (isodow(day) > 5) AS weekend_days, {rolled} "
        f"FROM '{out}/days.parquet' WHERE day <= DATE '{DAY}' GROUP BY member",
    }
    seconds, base = {}, duckdb.connect()
    for name, query in steps.items():
        clock = time.monotonic()
        base.execute(f"COPY ({query}) TO '{out}/{name}.parquet'")
        seconds[name] = time.monotonic() - clock
    return seconds


def in_learnlake(conf: Conf) -> tuple[float, dict[str, Entry]]:
    """Run the job up to the features; returns all seconds, and what the books say of each step."""
    ours: dict[str, Entry] = {}

    def keep(name: str, _: str, entry: Entry | None) -> None:
        if entry:
            ours[name.split(" ")[0]] = entry

    runner = runner_of(conf, store_of(conf), STEPS, keep)
    runner.key = lambda: KEY
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
    shutil.copytree("conf", home / "conf")
    (home / "conf" / "bench.yml").write_text("lake: {platforms: [academy]}\n", encoding="utf-8")
    conf = load_conf(home / "conf", "bench", given={"SIMULATED": str(home / "logs")}, lake=str(home / "lake"))
    spark = start(conf.of(SparkSettings))
    invented = logs(spark, SimulateSettings(users=given.events // EVENTS_A_USER))
    for log in (log for log in invented if log.name.startswith("academy/")):
        write_lines(log.lines, log.header, home / "logs" / log.name, log.suffix)
    whole, ours = in_learnlake(conf)
    peak = peak_gigabytes()
    (home / "duck").mkdir()
    theirs = in_duckdb(home / "logs", home / "duck")
    rows = spark.read.text(str(home / "logs" / "academy" / "events")).count()
    print(
        json.dumps(
            {
                "event_lines": rows,
                "learnlake_seconds": round(whole, 1),
                "steps": {name: round(entry.seconds, 1) for name, entry in ours.items()},
                "duckdb_seconds": {k: round(v, 1) for k, v in theirs.items()},
            }
        )
    )
    events = duckdb.sql(f"SELECT count(*) FROM '{home}/duck/silver.parquet'").fetchall()[0][0]
    kept = ours["silver.events"].total("kept")
    print(f"events kept: learnlake {kept:,}, DuckDB {events:,}, which knows fewer quality rules")
    print(
        f"learnlake {whole:.0f} s, DuckDB {sum(theirs.values()):.0f} s: ratio {whole / sum(theirs.values()):.1f}; learnlake's peak memory {peak:.1f} GB"
    )
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
