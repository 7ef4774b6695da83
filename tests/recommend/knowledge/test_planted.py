"""Prerequisites that were planted are mined from the order of learners alone, and paths lead where learners then go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.lake.tables.silver import USER_TAGS
from learnlake.recommend.knowledge import KnowledgeSettings
from learnlake.recommend.knowledge.stages.item_prerequisites import item_prerequisites
from learnlake.recommend.knowledge.stages.item_progress import item_progress
from learnlake.recommend.knowledge.stages.learning_paths import learning_paths
from learnlake.recommend.knowledge.stages.user_knowledge import user_knowledge
from tests.academy import ACADEMY, Academy, shaped
from tests.codegen import compiling

pytestmark = pytest.mark.full

LAST = ACADEMY.first_day + timedelta(days=ACADEMY.days - 1)
CUT = LAST - timedelta(days=28)
SETTINGS = KnowledgeSettings()
COUNTED = ("topic", "level")
Steps = dict[str, list[str]]


def known_by(academy: Academy, day: date) -> DataFrame:
    """What the store would hand over for a day: nothing later."""
    return academy.events.where(F.col("event_date") <= F.lit(day))


def unstated(academy: Academy) -> DataFrame:
    """The catalogue with no prerequisite stated: what is known of them is mined."""
    return academy.items.withColumn("prerequisites", F.array().cast("array<string>"))


def tags_by(academy: Academy, day: date) -> DataFrame:
    """The tags of the days that interests are told by."""
    about = academy.items.select("item_id", F.get("tags", F.lit(0)).alias("topic"), "level")
    recent = known_by(academy, day).where(F.col("event_date") > F.lit(day - timedelta(days=SETTINGS.interest_days)))
    rows = recent.join(F.broadcast(about), on="item_id", how="inner")
    told = F.array(*(F.struct(F.lit(kind).alias("tag_kind"), F.col(kind).alias("tag")) for kind in COUNTED))
    opened = rows.select(F.col("account_id").alias("user_id"), "event_date", F.explode(told).alias("_tag"))
    counted = opened.where(F.col("_tag.tag").isNotNull()).groupBy("user_id", "event_date", "_tag")
    return shaped(
        counted.agg(F.count(F.lit(1)).alias("tag_count")).select("user_id", "event_date", "tag_count", "_tag.*"),
        USER_TAGS,
    )


@pytest.fixture(scope="module")
def compiled(spark: SparkSession) -> Iterator[None]:
    """A hundred thousand rows are worth compiling for."""
    with compiling(spark):
        yield


@pytest.fixture(scope="module")
def kept(
    spark: SparkSession, compiled, academy: Academy, tmp_path_factory: pytest.TempPathFactory
) -> dict[date, DataFrame]:
    folder = tmp_path_factory.mktemp("progress")
    for day in (CUT, LAST):
        made = item_progress(known_by(academy, day), academy.identities, academy.items, as_of=day, settings=SETTINGS)
        made.write.parquet(str(folder / str(day)))
    return {day: spark.read.parquet(str(folder / str(day))) for day in (CUT, LAST)}


@pytest.fixture(scope="module")
def mined(academy: Academy, kept: dict[date, DataFrame]) -> set[tuple[str, str]]:
    found = item_prerequisites(kept[LAST], unstated(academy), as_of=LAST, settings=SETTINGS)
    direct = found.where("is_mined AND NOT is_circular AND NOT is_transitive")
    return {(row.item_id, row.prerequisite_id) for row in direct.collect()}


@pytest.fixture(scope="module")
def paths(academy: Academy, kept: dict[date, DataFrame]) -> Steps:
    """The path of each user four weeks before the end, nothing stated."""
    items, before = unstated(academy), kept[CUT]
    needs = item_prerequisites(before, items, as_of=CUT, settings=SETTINGS)
    knowledge = user_knowledge(before, tags_by(academy, CUT), items, as_of=CUT, settings=SETTINGS)
    made = learning_paths(knowledge, before, needs, items, as_of=CUT, settings=SETTINGS)
    out: Steps = {}
    for row in sorted(made.collect(), key=lambda row: row.path_step):
        out.setdefault(row.user_id, []).append(row.item_id)
    return out


@pytest.fixture(scope="module")
def courses(kept: dict[date, DataFrame]) -> dict[date, Steps]:
    """The courses of each user by either day, in the order in which they were taken up."""
    out: dict[date, Steps] = {}
    for day, frame in kept.items():
        rows = sorted(frame.collect(), key=lambda row: (row.begun_at, row.item_id))
        out[day] = {}
        for row in rows:
            out[day].setdefault(row.user_id, []).append(row.item_id)
    return out


@pytest.fixture(scope="module")
def next_course(courses: dict[date, Steps]) -> dict[str, str]:
    """What each who had taken up anything took up next."""
    later = {user: [i for i in courses[LAST][user] if i not in own] for user, own in courses[CUT].items()}
    return {user: items[0] for user, items in later.items() if items}


def test_planted_prerequisites_are_mined_and_hardly_any_other(academy: Academy, mined) -> None:
    right = mined & academy.prerequisites
    assert len(academy.prerequisites) == 40
    assert len(right) >= 0.95 * len(mined)
    assert len(right) >= 0.75 * len(academy.prerequisites)


def test_where_nobody_keeps_an_order_nothing_is_mined(academy: Academy, kept) -> None:
    """Each user's courses change their names by a hash, so that every order is one of chance."""
    numbers = kept[LAST].select("item_id").distinct()
    named = F.pmod(F.xxhash64("user_id", "item_id"), F.lit(12)).cast("string")
    mixed = kept[LAST].withColumn("item_id", named).dropDuplicates(["user_id", "item_id"])
    assert numbers.count() > 40
    assert item_prerequisites(mixed, unstated(academy), as_of=LAST, settings=SETTINGS).collect() == []


def test_the_next_course_of_seven_in_ten_is_a_step_of_their_path(paths, next_course) -> None:
    assert len(next_course) >= 100
    hits = sum(item in paths.get(user, []) for user, item in next_course.items())
    assert hits >= 0.7 * len(next_course)


def test_paths_beat_the_three_courses_that_most_take(paths, next_course, courses) -> None:
    """Of those that a user has not taken yet."""
    most = [item for item, _ in Counter(i for own in courses[CUT].values() for i in own).most_common()]
    popular = {user: [i for i in most if i not in courses[CUT][user]][:3] for user in next_course}
    hits = [sum(item in steps.get(user, []) for user, item in next_course.items()) for steps in (paths, popular)]
    assert hits[0] > 1.5 * hits[1]


def test_no_step_comes_before_a_step_that_it_needs(mined, paths) -> None:
    """Of what is mined four weeks later, too: most of it was known then."""
    needs = {item: [before for one, before in mined if one == item] for item, _ in mined}
    pairs = [(steps, place, item) for steps in paths.values() for place, item in enumerate(steps)]
    wrong = [item for steps, place, item in pairs if set(needs.get(item, [])) & set(steps[place:])]
    assert len(wrong) <= 0.01 * len(pairs)
    assert all(len(set(steps)) == len(steps) <= 3 for steps in paths.values())
