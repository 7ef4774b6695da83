"""Crammers, hard courses and a dead end that were planted come to light, and none where nothing is planted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.habits import HabitSettings
from learnlake.behaviour.habits.stages.stuck_points import stuck_points
from learnlake.behaviour.habits.stages.study_habits import study_habits
from learnlake.lake.tables.silver import ITEMS
from tests.academy import ACADEMY, Academy, shaped

pytestmark = pytest.mark.full

LAST = ACADEMY.first_day + timedelta(days=ACADEMY.days - 1)
SETTINGS = HabitSettings()


@pytest.fixture(scope="module")
def habits(academy: Academy) -> list:
    found = study_habits(academy.events, academy.identities, academy.items, as_of=LAST, settings=SETTINGS)
    return found.join(academy.learners, on=F.col("user_id") == F.col("login_id"), how="inner").collect()


@pytest.fixture(scope="module")
def points(academy: Academy) -> dict[str, list[str]]:
    found = stuck_points(academy.events, academy.identities, academy.items, as_of=LAST, settings=SETTINGS)
    return {row.item_id: row.stuck_by for row in found.where("is_stuck").collect()}


def has(row, habit: str) -> bool:
    return habit in (row.study_habits or [])


def test_who_crams_is_found_and_hardly_anybody_else(habits) -> None:
    busy = [row for row in habits if row.due_work_count >= 5]
    told = [row for row in busy if has(row, "crammer")]
    planted = [row for row in busy if row.is_crammer]
    assert len(planted) >= 30
    assert sum(row.is_crammer for row in told) >= 0.95 * len(told)
    assert sum(has(row, "crammer") for row in planted) >= 0.9 * len(planted)


def test_who_studies_at_weekends_starts_in_the_afternoon(habits) -> None:
    """The planted rhythm of the weekend begins at two, the others in the evening."""
    busy = [row for row in habits if row.study_session_count >= 15]
    told = [row for row in busy if has(row, "afternoon")]
    planted = [row for row in busy if row.rhythm == "weekends"]
    assert len(planted) >= 30
    assert sum(row.rhythm == "weekends" for row in told) >= 0.95 * len(told)
    assert sum(has(row, "afternoon") for row in planted) >= 0.9 * len(planted)


def test_where_learners_fail_and_stop_is_found_and_nowhere_else(academy, points) -> None:
    assert points.keys() == academy.hurdles.keys()
    for item, hurdle in academy.hurdles.items():
        assert hurdle in points[item]


def dealt_out(events: DataFrame) -> DataFrame:
    """Give each event to a learner by chance, so that nobody has a habit."""
    who = F.pmod(F.xxhash64("event_id", F.lit("who")), F.lit(200)).cast("string")
    return events.where("event_type IN ('study', 'submit', 'attempt')").withColumns(
        {"account_id": who, "session_key": F.lit(None).cast("string")}
    )


def test_nobody_has_a_habit_where_deeds_are_dealt_out_by_chance(spark: SparkSession, academy: Academy) -> None:
    rows = study_habits(
        dealt_out(academy.events), academy.identities, academy.items, as_of=LAST, settings=SETTINGS
    ).collect()
    assert len(rows) == 200
    assert sum(row.study_habits is not None for row in rows) <= 4


def test_nobody_is_stuck_where_items_are_dealt_out_by_chance(spark: SparkSession, academy: Academy) -> None:
    """Tries go to twenty courses by chance, chapters to five books."""
    number = F.pmod(F.xxhash64("event_id", F.lit("item")), F.lit(20)).cast("int")
    kind = F.split("item_id", "/")[0]
    mixed = F.when(kind.isin("course", "chapter"), F.concat_ws("/", kind, number.cast("string")))
    numbers = spark.range(20).select(F.col("id").cast("int").alias("n"))
    book = F.concat(F.lit("book/"), F.floor(F.col("n") / 4).cast("string"))
    known = [
        shaped(
            numbers,
            ITEMS,
            item_id=F.concat_ws("/", F.lit(name), F.col("n").cast("string")),
            known_from=F.lit(ACADEMY.first_day),
            platform=F.lit("academy"),
            item_kind=F.lit(name),
            part_of=part,
        )
        for name, part in (("course", F.lit(None)), ("chapter", book))
    ]
    events = academy.events.withColumn("item_id", mixed).where("item_id IS NOT NULL AND event_type != 'complete'")
    items = known[0].unionByName(known[1])
    rows = stuck_points(events, academy.identities, items, as_of=LAST, settings=SETTINGS).collect()
    assert len(rows) == 40
    assert not [row.item_id for row in rows if row.is_stuck]
