"""How long the first spell of each user has lasted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.settings import Spell
from learnlake.lake.rules import any_of


def spells(days: DataFrame, kinds: Mapping[str, Spell], as_of: date) -> DataFrame:
    """Measure the first spell of each kind, of users who began one.

    Args:
        days: rows of silver.user_days, nothing after ``as_of``.
        kinds: what begins and what ends a spell, by name; at least one.
        as_of: spells that go on are cut off here.

    Returns:
        One row per user: ``user_id`` and ``spells``, an array of ``kind``, ``survival_day`` (days from the start to the end, or
        to ``as_of``) and ``has_ended``.
    """
    named = sorted(kinds.items())
    relevant = sorted({kind for spell in kinds.values() for kind in (*spell.start, *spell.end)})
    dates = []
    for place, (_, spell) in enumerate(named):
        dates += [
            F.min(_when(spell.start)).alias(f"_start_{place}"),
            F.array_sort(F.collect_set(_when(spell.end))).alias(f"_ends_{place}"),
        ]
    users = days.where(_had(relevant)).groupBy("user_id").agg(*dates)
    every = F.array(*(_spell(place, name, spell, as_of) for place, (name, spell) in enumerate(named)))
    return users.select("user_id", F.filter(every, lambda spell: spell["survival_day"].isNotNull()).alias("spells"))


def _had(types: tuple[str, ...] | list[str]) -> Column:
    return any_of(F.col(f"{kind}_count") > 0 for kind in types)


def _when(types: tuple[str, ...]) -> Column:
    return F.when(_had(types), F.col("event_date"))


def _spell(place: int, name: str, spell: Spell, as_of: date) -> Column:
    """Find the first end after the start; on the very day only where it cannot be the start itself."""
    start = F.col(f"_start_{place}")
    is_apart = not set(spell.start) & set(spell.end)
    end = F.get(F.filter(f"_ends_{place}", lambda day: day >= start if is_apart else day > start), F.lit(0))
    lasted = F.datediff(F.coalesce(end, F.lit(as_of)), start)
    return F.struct(F.lit(name).alias("kind"), lasted.alias("survival_day"), end.isNotNull().alias("has_ended"))
