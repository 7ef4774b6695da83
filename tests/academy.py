"""An invented academy with planted crammers, hard courses, a dead end and prerequisites, as silver frames."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.lake.table import Table
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from learnlake.simulate import SimulateSettings, truth
from learnlake.simulate.accounts import accounts
from learnlake.simulate.catalogue import items
from learnlake.simulate.days import day_date, moment
from learnlake.simulate.deeds import deeds
from tests.codegen import compiling
from tests.drawing import draw

ACADEMY = SimulateSettings(users=1_300, days=98)


@dataclass(frozen=True)
class Academy:
    """Silver frames of the academy alone, all clocks on UTC, and what was planted."""

    events: DataFrame
    items: DataFrame
    learners: DataFrame
    hurdles: dict[str, str]
    prerequisites: frozenset[tuple[str, str]]

    @property
    def identities(self) -> DataFrame:
        """Nobody has a second account."""
        return draw(IDENTITIES, "account_id")


def shaped(rows: DataFrame, table: Table, **columns) -> DataFrame:
    """Fill the columns of a table: those given, those of the same name, and nulls; rows are visible from their own day on."""
    held = {name: F.col(name) for name in rows.columns} | columns
    own = held.get("event_date", held.get("known_from"))
    if own is not None:
        held.setdefault("visible_from", F.to_date(own))
    return rows.select(*(held.get(k.name, F.lit(None)).cast(k.dtype).alias(k.name) for k in table.columns))


def invented(spark: SparkSession, folder: Path, settings: SimulateSettings = ACADEMY) -> Academy:
    """Invent an academy; its events are kept in the folder."""
    offered, kept = items(spark, settings), str(folder / "events")
    done = deeds(accounts(spark, settings), offered, settings, "academy").where("NOT is_bot")
    at = moment(F.col("day"), F.col("second"), settings).cast("timestamp")
    known = {
        "account_id": F.col("login_id"),
        "session_key": F.col("session"),
        "occurred_at": at,
        "event_date": day_date(F.col("day"), settings),
        "local_hour": F.floor(F.col("second") / 3600),
        "score": F.col("points") / 100,
    }
    with compiling(spark):
        shaped(done, EVENTS, **known).write.parquet(kept)
    named = {"known_from": F.col("published_on").cast("timestamp"), "due_at": F.col("due_at").cast("timestamp")}
    told = truth(spark, settings)
    return Academy(
        spark.read.parquet(kept),
        shaped(offered, ITEMS, **named),
        told["learners"],
        {row.item: row.hurdle for row in told["hurdles"].collect()},
        frozenset((row.item, row.requires) for row in told["prerequisites"].collect()),
    )
