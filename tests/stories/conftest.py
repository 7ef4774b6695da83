"""The demo's world for the stories: what `make demo` simulated, and the lake that it made of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from bench import planted
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.ask_recommend import model_of
from learnlake.lake.key import KeySettings, key_of
from learnlake.lake.store import Store
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.knowledge import ITEM_PREREQUISITES
from learnlake.lake.tables.recommend import PREFERENCES, RECOMMENDATIONS
from learnlake.lake.tables.rules import ITEM_RULES, ITEM_TRANSITIONS
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES, ITEMS
from learnlake.pipeline import load_conf
from learnlake.recommend.lists import ListSettings, Placements
from learnlake.recommend.lists.rules.frames import Known
from learnlake.recommend.lists.rules.lists import Maker
from learnlake.settings import Conf
from learnlake.simulate import SimulateSettings
from tests.codegen import compiling
from tests.conftest import ROOT

DEMO = ROOT / "demo"
WORLD = SimulateSettings(users=2_000, days=120)
LAST = WORLD.first_day + timedelta(days=WORLD.days - 1)


@dataclass(frozen=True)
class World:
    """The finished lake, its conf, and what was planted.

    Attributes:
        store: the lake.
        conf: the demo's.
        known: how much of what was planted is found again.
        people: the simulator's ``users`` with their account_id and user_id in the lake.
    """

    store: Store
    conf: Conf
    known: planted.Found
    people: DataFrame

    @property
    def day(self) -> date:
        """The day of the newest lists, which the run was for."""
        return self.store.days(RECOMMENDATIONS)[-1]

    def shown(self, placement: str) -> DataFrame:
        """Return the newest lists of a placement, with the items' first tag as ``tag``."""
        items = self.store.read(ITEMS).groupBy("item_id").agg(F.max_by("tags", "known_from").alias("tags"))
        lists = self.store.day(RECOMMENDATIONS, self.day).where(F.col("placement") == placement)
        return lists.join(items.select("item_id", F.get("tags", F.lit(0)).alias("tag")), on="item_id", how="left")

    def lists_known(self) -> Known:
        """Return what the newest lists were made of."""
        daily = (PREFERENCES, SEGMENT_MEMBERS, ITEM_PREREQUISITES, ITEM_RULES, ITEM_TRANSITIONS)
        turned, members, *rest = (self.store.day(table, self.day) for table in daily)
        return Known(turned, self.store.read(ITEMS), members, *map(self.store.read, (ACCOUNTS, IDENTITIES)), *rest)

    def maker(self, *placements: str) -> Maker:
        """Return what the newest lists were made with, for some placements."""
        files = {name: self.conf.of(Placements).files[name] for name in placements}
        return Maker(model_of(self.conf, self.store, self.day), files, self.conf.of(ListSettings), self.day)


def problem() -> str:
    """Say what keeps the stories from being told; nothing if the demo is there and was made of what src and conf say now."""
    told = DEMO / "found.txt"
    if not told.is_file():
        return "the stories look at the demo's lake: run `make demo` first"
    held = [path for name in ("src", "conf") for path in (ROOT / name).rglob("*") if path.suffix in {".py", ".yml"}]
    newer = [path for path in held if path.stat().st_mtime > told.stat().st_mtime]
    return f"{newer[0].relative_to(ROOT)} is newer than the demo's lake: run `make demo` again" if newer else ""


@pytest.fixture(scope="package")
def world(spark: SparkSession) -> Iterator[World]:
    """Open the demo's lake; where it is missing the stories are skipped, or fail if STORIES says `must`."""
    if said := problem():
        (pytest.fail if os.environ.get("STORIES") == "must" else pytest.skip)(said)
    lake, logs = DEMO / "lake", DEMO / "logs"
    conf = load_conf(ROOT / "conf", "demo", given={"SIMULATED": str(logs)}, lake=str(lake))
    store = Store(spark, str(lake))
    users, key = spark.read.json((logs / "truth" / "users").as_posix()), key_of(conf.of(KeySettings), store.root)
    with compiling(spark):
        yield World(store, conf, planted.found(store, users, key), planted.people(store, users, key))
