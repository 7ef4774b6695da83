"""What a night costs beside the first: new days with .2, 1, 5 and 25 % new events, a train day, and a run with nothing new.

Each night the lines of earlier days of the simulated academy come again as events of the next day, under ids of their own. A run is
what a person types, in one session that is already there. Landing, silver and days, gold, and trainings are told apart by
``ops.runs``; jobs are counted by their numbers, commits by the versions of the tables.

    python bench/nights.py [--users 2000] [--logs demo/logs] [--home demo/nights]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pyspark.sql import functions as F

from learnlake.cli import app
from learnlake.console import OUT
from learnlake.lake.catalogue import catalogue
from learnlake.lake.store import Store
from learnlake.lake.tables.ops import RUNS
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.splits import EPOCH
from learnlake.options import store_of
from learnlake.pipeline import load_conf
from learnlake.settings import Conf

SHARES = (0.002, 0.01, 0.05, 0.25)
FIRST_NIGHT = date(2026, 5, 4)
PARTS = ("landing, silver, days", "gold", "trainings", "books and waiting")


@dataclass(frozen=True)
class Night:
    """What one run did.

    Attributes:
        name: what the night was about.
        seconds: wall clock, by part and in all.
        trained: models.
        past_days: days of features that were made for trainings.
        rows: new events.
        jobs: of Spark.
        commits: of Delta tables, those of ops among them.
    """

    name: str
    seconds: dict[str, float]
    trained: int
    past_days: int
    rows: int
    jobs: int
    commits: int

    @property
    def total(self) -> float:
        """Seconds of the whole run."""
        return sum(self.seconds.values())


def lines(folder: Path) -> list[dict[str, Any]]:
    """Read the academy's events that people made, in a fixed order."""
    found = [
        json.loads(line)
        for path in sorted(folder.glob("part-*.json"))
        for line in path.open()
        if line.startswith('{"event_id"') and line.endswith("}\n")
    ]
    return [line for line in found if "bot" not in line.get("agent", "")]


def night_of(held: list[dict[str, Any]], count: int, day: date) -> Iterator[str]:
    """Let ``count`` lines come again on a day: every so many of all, at their hour."""
    for line in held[:: max(len(held) // count, 1)][:count]:
        at = f"{day}{line['at'][10:]}"
        told = {**line, "event_id": f"{line['event_id']}-{day}", "at": at, "received_at": at}
        yield json.dumps(told)


class Watch:
    """Runs nights over one lake and says what each cost."""

    def __init__(self, conf: Conf, store: Store, words: tuple[str, ...]) -> None:
        self.conf, self.store, self.words = conf, store, words

    def run(self, name: str, day: date, rows: int) -> Night:
        """Run for a day as the command line does."""
        before, job, began = self.commits(), self.job(), time.monotonic()
        runs = {row.run_id for row in self.fresh().read(RUNS).select("run_id").distinct().collect()}
        status = app(["run", *self.words, "--as-of", str(day)], standalone_mode=False)
        if status:
            raise SystemExit(f"{name}: the run ended with status {status}")
        total = time.monotonic() - began
        jobs, commits = self.job() - job, self.commits() - before
        steps = self.fresh().read(RUNS).where(~F.col("run_id").isin(list(runs))).collect()
        seconds: Counter[str] = Counter()
        for step, _, spent in {(r.step, r.started_at, r.seconds) for r in steps}:  # days made in one commit are one
            seconds[_part(step)] += spent
        seconds[PARTS[3]] = max(total - sum(seconds.values()), 0.0)
        trained = sum(r.step.startswith("model.") for r in steps)
        days = sum(r.as_of_date not in (None, day) and not r.step.startswith("model.") for r in steps)
        return Night(name, dict(seconds), trained, days, rows, jobs, commits)

    def fresh(self) -> Store:
        """Return a store that knows nothing yet of what others wrote."""
        return Store(self.store.spark, self.store.root)

    def commits(self) -> int:
        """Count the commits of all tables."""
        store = self.fresh()
        return sum((store.version(table) or -1) + 1 for table in catalogue(self.conf).values())

    def job(self) -> int:
        """Return the number of the newest job, by running one."""
        context = self.store.spark.sparkContext
        name = f"mark {time.monotonic()}"
        context.setJobGroup(name, name)
        self.store.spark.range(1).collect()
        context.setJobGroup("", "")
        return max(context.statusTracker().getJobIdsForGroup(name))


def _part(step: str) -> str:
    if step.startswith("model."):
        return PARTS[2]
    return PARTS[1] if step.startswith("gold.") else PARTS[0]


def told(nights: list[Night]) -> str:
    """Write the nights as a table in Markdown, each beside the first."""
    first = nights[0]
    head = (
        "night",
        "new events",
        *(f"{part}, s" for part in PARTS),
        "all, s",
        "of the first",
        "models trained",
        "past days made",
        "jobs",
        "commits",
    )
    rows = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for night in nights:
        spent = [
            f"{night.seconds.get(part, 0):.1f} ({share:.0%})"
            if (share := night.seconds.get(part, 0) / max(first.seconds.get(part, 0), 0.1)) < 10
            else f"{night.seconds.get(part, 0):.1f}"
            for part in PARTS
        ]
        cells = (
            night.name,
            f"{night.rows:,}",
            *spent,
            f"{night.total:.1f}",
            f"{night.total / first.total:.1%}",
            night.trained,
            night.past_days,
            night.jobs,
            night.commits,
        )
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows)


def nights_of(users: int, logs: Path, home: Path, shares: tuple[float, ...]) -> list[Night]:
    """Build a lake of the logs, and go through the nights."""
    shutil.rmtree(home, ignore_errors=True)
    own = home / "logs"
    own.parent.mkdir(parents=True)
    if logs.is_dir():
        shutil.copytree(logs, own)
    else:
        app(["simulate", "--env", "demo", "--users", str(users), "--out", str(own)], standalone_mode=False)
    os.environ["SIMULATED"] = str(own)
    lake = str(home / "lake")
    conf = load_conf(Path("conf"), "demo", lake=lake)
    watch = Watch(conf, store_of(conf), ("--env", "demo", "--lake", lake))
    events = own / "academy" / "events"
    held = lines(events)
    whole = len(held) * 281 // 152  # events of all platforms, of which the academy's lines are so many
    nights = [watch.run("first", FIRST_NIGHT, whole)]
    nights.append(watch.run("nothing new", FIRST_NIGHT, 0))
    every, day = conf.of(ModelSettings).retrain_every_days, FIRST_NIGHT
    for place, share in enumerate((*shares, shares[0])):
        day += timedelta(days=1)
        if place == len(shares):  # the last is the next train day
            day += timedelta(days=-(day - EPOCH).days % every)
        elif (day - EPOCH).days % every == 0:
            day += timedelta(days=1)
        count = round(whole * share)
        (events / f"{day}.json").write_text("\n".join(night_of(held, count, day)) + "\n", encoding="utf-8")
        is_train_day = (day - EPOCH).days % every == 0
        nights.append(watch.run(f"{share:.1%} new{', a train day' if is_train_day else ''}", day, count))
        OUT.print(told(nights))
    return nights


def main() -> None:
    """Print what the nights cost."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--users", type=int, default=2_000)
    words.add_argument(
        "--logs",
        type=Path,
        default=Path("demo/logs"),
        help="simulated logs, which are copied; made where there are none",
    )
    words.add_argument("--home", type=Path, default=Path("demo/nights"))
    words.add_argument(
        "--share", type=float, action="append", help="share of new events of a night; again for more nights"
    )
    given = words.parse_args()
    OUT.print(told(nights_of(given.users, given.logs, given.home, tuple(given.share or SHARES))))


if __name__ == "__main__":
    main()
