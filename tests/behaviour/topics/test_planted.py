"""What the invented world asks about comes to light: technologies by name and by jargon, an unanswered one, a type that doubles."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from learnlake.behaviour.topics import AskingSettings, Topics
from learnlake.behaviour.topics.stages.text_topics import text_topics
from learnlake.behaviour.topics.stages.topic_points import topic_points
from learnlake.behaviour.topics.training import texts
from learnlake.lake.stage import Published
from learnlake.modelling.association import wilson
from learnlake.modelling.gate import Candidate, judge
from learnlake.simulate.topics import UNANSWERED
from tests.behaviour.topics.conftest import LAST, Asked

pytestmark = pytest.mark.full

SETTINGS = AskingSettings()


@pytest.fixture(scope="module")
def topics(shipped) -> Topics:
    return shipped.of(Topics)


@pytest.fixture(scope="module")
def candidate(world: Asked, topics: Topics) -> Candidate:
    return texts(world.events, world.items, topics=topics, settings=SETTINGS, file="technology")


@pytest.fixture(scope="module")
def found(world: Asked, topics: Topics, candidate: Candidate) -> Iterator[DataFrame]:
    assert candidate.model is not None
    given = {"technology": Published(candidate.model, "1")}
    made = text_topics(
        world.events, world.identities, as_of=LAST, topics=topics, settings=SETTINGS, models=given
    ).cache()
    yield made
    made.unpersist()


@pytest.fixture(scope="module")
def points(world: Asked, topics: Topics, found: DataFrame) -> list[Row]:
    frames = found, world.events, world.identities, world.days, world.members
    return topic_points(*frames, as_of=LAST, topics=topics, settings=SETTINGS).where("is_found").collect()


def test_the_classifier_finds_what_only_jargon_gives_away(candidate: Candidate) -> None:
    assert judge(candidate).is_published
    assert candidate.metrics["classifier_precision_low"] > 0.9
    assert candidate.metrics["recall_low"] > candidate.metrics["words_recall_high"] + 0.1


@pytest.mark.parametrize("found_by", ["words", "classifier"])
def test_nine_in_ten_mentions_are_of_their_thread_in_either_language(world: Asked, found, found_by: str) -> None:
    """The tags of the thread are the truth; the interval speaks, not the share."""
    asked = found.where((F.col("event_type") == "ask") & (F.col("found_by") == found_by))
    is_chinese = F.col("text").rlike("[\u4e00-\u9fff]").alias("is_chinese")
    written = asked.join(world.events.select("event_id", is_chinese), on="event_id")
    tagged = written.join(world.items.select("item_id", "tags"), on="item_id")
    is_right = F.count_if(F.array_contains("tags", F.col("topic"))).alias("right")
    rows = tagged.groupBy("is_chinese").agg(is_right, F.count("*").alias("whole")).collect()
    assert len(rows) == 2
    for row in rows:
        low, _ = wilson(np.array([row.right]), np.array([row.whole]))
        assert low[0] > 0.9


def test_the_type_that_doubles_among_students_rises_and_nothing_else(points: list[Row]) -> None:
    rising = [row for row in points if row.point == "rising"]
    assert [(row.topic_kind, row.scheme, row.segment_id, row.topic) for row in rising] == [
        ("requests", "client", "student", "career")
    ]
    assert rising[0].difference_low < 0.2 < rising[0].difference_high


def test_the_technology_that_nobody_answers_hurts_most(points: list[Row]) -> None:
    hurts = {row.topic: row.case_share for row in points if row.point == "unanswered" and row.scheme == "all"}
    assert hurts[UNANSWERED] == 1.0
    assert max(share for topic, share in hurts.items() if topic != UNANSWERED) < 0.5


def test_hardly_anything_is_found_where_topics_are_dealt_out_by_chance(
    world: Asked, topics: Topics, found: DataFrame
) -> None:
    """Requests get one of six types by a hash of their id, so that no segment has a taste or a trend."""
    dealt = F.concat(F.lit("type "), F.pmod(F.xxhash64("event_id", F.lit("dealt")), F.lit(6)).cast("string"))
    mixed = found.where("topic_kind = 'requests' AND event_type = 'consult_request'").withColumn("topic", dealt)
    frames = mixed, world.events, world.identities, world.days, world.members
    made = topic_points(*frames, as_of=LAST, topics=topics, settings=SETTINGS)
    rows = made.where("point = 'rising'").collect()
    assert len(rows) == 24
    assert sum(row.is_found for row in rows) <= 1
