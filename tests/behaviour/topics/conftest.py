"""The forum and the consultancy of an invented world, as silver frames, with what they ask about and what was planted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import reduce

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from learnlake.simulate import SimulateSettings
from learnlake.simulate.accounts import accounts
from learnlake.simulate.catalogue import items
from learnlake.simulate.days import day_date, moment
from learnlake.simulate.deeds import deeds
from tests.academy import shaped
from tests.codegen import compiling
from tests.drawing import draw

WORLD = SimulateSettings(users=1_500, days=66)
LAST = WORLD.first_day + timedelta(days=WORLD.days - 1)


@dataclass(frozen=True)
class Asked:
    """Silver frames, all clocks on UTC, and the client type of each account of the consultancy."""

    events: DataFrame
    items: DataFrame
    members: DataFrame

    @property
    def identities(self) -> DataFrame:
        """Nobody has a second account."""
        return draw(IDENTITIES, "account_id")

    @property
    def days(self) -> DataFrame:
        """The days on which somebody does anything."""
        return self.events.select(F.col("account_id").alias("user_id"), "event_date").distinct()


@pytest.fixture(scope="session")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    people, offered = accounts(spark, WORLD), items(spark, WORLD)
    done = reduce(DataFrame.unionByName, (deeds(people, offered, WORLD, name) for name in ("forum", "advisory")))
    known = {
        "account_id": F.concat_ws("/", "platform", "login_id"),
        "occurred_at": moment(F.col("day"), F.col("second"), WORLD).cast("timestamp"),
        "event_date": day_date(F.col("day"), WORLD),
        "attributes": F.create_map(F.lit("request_type"), F.col("request_type")),
    }
    kept = str(tmp_path_factory.mktemp("asked") / "events")
    with compiling(spark):
        shaped(done.where("NOT is_bot"), EVENTS, **known).write.parquet(kept)
    named = {"known_from": F.col("published_on").cast("timestamp"), "due_at": F.col("due_at").cast("timestamp")}
    placed = {
        "user_id": F.concat_ws("/", "platform", "login_id"),
        "scheme": F.lit("client"),
        "segment_id": F.col("client_type"),
    }
    clients = people.where("platform = 'advisory' AND NOT is_bot")
    return Asked(spark.read.parquet(kept), shaped(offered, ITEMS, **named), shaped(clients, SEGMENT_MEMBERS, **placed))
