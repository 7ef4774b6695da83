"""What becomes of flagged rows: which of several with one key stays, and how they meet what the table has already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.window import WindowSpec
from pyspark.storagelevel import StorageLevel

from learnlake.lake import columns as c
from learnlake.lake.rules import is_rejected, is_sound
from learnlake.lake.table import Table
from learnlake.lake.tables.ops import REJECTS

FATE, SOUND, REFUSED, ASIDE = "_fate", "sound", "refused", "aside"
MEETING, AGAIN, WINS, LOSES = "_meeting", "again", "wins", "loses"
Counts = dict[tuple[str, ...], int]


@dataclass(frozen=True)
class Fate:
    """What became of the rows of one (source, mapping); the four last add up to ``read``."""

    source: str
    mapping: str
    read: int
    kept: int
    rejected: int
    duplicate: int
    not_applicable: int


@contextmanager
def held(frame: DataFrame) -> Iterator[DataFrame]:
    """Keep a frame's rows while several jobs look at them; they are let go at the end of the block."""
    kept = frame.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        yield kept
    finally:
        kept.unpersist()


@contextmanager
def held_if_any(frame: DataFrame | None) -> Iterator[DataFrame | None]:
    """Hold a frame's rows, all of them from the start, so that Spark knows how few they are; None where there is no row."""
    if frame is None:
        yield None
        return
    with held(frame) as kept:
        yield kept if kept.count() else None


def counted(rows: DataFrame, *more: str) -> Counts:
    """Count rows by source and mapping, and perhaps more (a handful of groups)."""
    by = [c.SOURCE.name, c.MAPPING.name, *more]
    return {tuple(str(row[name]) for name in by): int(row["count"]) for row in rows.groupBy(*by).count().collect()}


def fated(flagged: DataFrame) -> DataFrame:
    """Say of each flagged row whether it is sound, refused, or set aside as not applicable."""
    fate = F.when(is_sound(), SOUND).when(is_rejected(), REFUSED).otherwise(ASIDE)
    return flagged.withColumn(FATE, fate)


def repeated_keys(rows: DataFrame, table: Table) -> DataFrame:
    """Return the keys that occur more than once among sound rows."""
    key = [k.name for k in table.key]
    return rows.where(F.col(FATE) == SOUND).groupBy(*key).count().where(F.col("count") > 1).select(*key)


def tell_apart(sound: DataFrame, table: Table, repeated: DataFrame | None) -> tuple[DataFrame, DataFrame]:
    """Part sound rows into the first of each key and the others; only rows with a repeated key are ranked."""
    if repeated is None:
        return sound, sound.limit(0)
    key = [k.name for k in table.key]
    ranked = sound.join(repeated, on=key, how="left_semi").withColumn("_rank", F.row_number().over(_first(table)))
    single = sound.join(repeated, on=key, how="left_anti")
    first = ranked.where(F.col("_rank") == 1).drop("_rank")
    return single.unionByName(first), ranked.where(F.col("_rank") > 1).drop("_rank")


def meetings_of(rows: DataFrame, there: DataFrame, table: Table) -> DataFrame:
    """Say of the first sound row of each key that is there already how the two meet: again, wins or loses."""
    key, order = [k.name for k in table.key], _order(table)
    first = (
        rows.where(F.col(FATE) == SOUND)
        .withColumn("_rank", F.row_number().over(_first(table)))
        .where(F.col("_rank") == 1)
    )
    mine, old = _struct(order), _struct(order)
    joined = first.join(there.select(*key, old.alias("_old")), on=key, how="inner")
    meeting = F.when(mine == F.col("_old"), AGAIN).when(mine < F.col("_old"), WINS).otherwise(LOSES)
    return joined.select(*dict.fromkeys([*key, c.SOURCE.name, c.MAPPING.name]), meeting.alias(MEETING))


def unmet(winners: DataFrame, table: Table, met: DataFrame | None) -> DataFrame:
    """Leave out the rows whose key the table has already, unless they win."""
    if met is None:
        return winners
    staying = met.where(F.col(MEETING) != WINS).select(*(k.name for k in table.key))
    return winners.join(staying, on=[k.name for k in table.key], how="left_anti")


def identified(refused: DataFrame) -> DataFrame:
    """Shape refused rows as ops.rejects; equal ones of one place are numbered, so that each has its own id."""
    place = [c.SOURCE.name, c.MAPPING.name, c.SOURCE_FILE.name, c.SOURCE_POSITION.name]
    copy = F.row_number().over(Window.partitionBy(*place).orderBy(c.ROW.name))
    parts = [F.coalesce(F.col(name), F.lit("")) for name in place]
    named = refused.withColumn(c.REJECT_ID.name, F.sha2(F.concat_ws("\x1f", *parts, copy.cast("string")), 256))
    return named.select(*(k.name for k in REJECTS.columns))


def _order(table: Table) -> list[str]:
    return [column.name for column in table.refresh.by]


def _struct(names: list[str]) -> Column:
    return F.struct(*names) if names else F.lit(1)


def _first(table: Table) -> WindowSpec:
    return Window.partitionBy(*(k.name for k in table.key)).orderBy(*(_order(table) or [k.name for k in table.key]))


def fate_of(place: tuple[str, ...], fates: Counts, lost: Counts, meetings: Counts, refused: Counts) -> Fate:
    """Put the counts of one (source, mapping) together."""
    sound, late = fates.get((*place, SOUND), 0), meetings.get((*place, LOSES), 0)
    again = lost.get(place, 0) + late
    read = sum(n for k, n in fates.items() if k[:2] == place)
    return Fate(place[0], place[1], read, sound - again, refused.get(place, 0), again, fates.get((*place, ASIDE), 0))
