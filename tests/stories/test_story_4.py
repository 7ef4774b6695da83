"""Story 4, first parts: client types are facts of the contract, thirty seats of one firm are one client, and what they ask for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pyspark.sql import functions as F

from learnlake.behaviour.topics.settings import AskingSettings, Topics
from learnlake.behaviour.topics.stages.topic_points import topic_points
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENTS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, USER_DAYS
from learnlake.lake.tables.topics import TEXT_TOPICS, TOPIC_WEEKS
from tests.stories.conftest import WORLD


def test_every_client_has_the_type_of_the_contract_and_a_firm_counts_once(world) -> None:
    assert world.known.clients == 1.0
    counted, planted = world.known.enterprises
    assert counted == planted
    row = world.store.read(SEGMENTS).where("scheme = 'client' AND segment_id = 'enterprise'").first()
    assert row.member_count > row.client_count, "the big firm alone has many seats"


def test_the_type_that_doubled_among_students_is_named_and_no_other(world) -> None:
    """Planted: from the middle of the span on. Asked four weeks after it, of what was known then."""
    day = WORLD.first_day + timedelta(days=WORLD.days // 2 + 27)
    found = world.store.read(TEXT_TOPICS).where(F.col("event_date") <= F.lit(day)).withColumn("as_of_date", F.lit(day))
    log = (world.store.read(table, day) for table in (EVENTS, IDENTITIES, USER_DAYS))
    members = world.store.day(SEGMENT_MEMBERS, world.day)
    settings, topics = world.conf.of(AskingSettings), world.conf.of(Topics)
    points = topic_points(found, *log, members, as_of=day, settings=settings, topics=topics).where(
        "topic_kind = 'requests'"
    )
    risen = points.where("point = 'rising' AND is_found AND scheme = 'client'").collect()
    assert [(row.segment_id, row.topic) for row in risen] == [("student", "career")]
    assert risen[0].control_share == pytest.approx(0.2, abs=0.06)
    assert risen[0].case_share == pytest.approx(0.4, abs=0.06)


def test_type_mix_frequency_and_hours_are_told_of_each_client_type(world) -> None:
    """Planted: enterprises ask for architecture, migration and performance in 35, 30 and 25 of 100 requests."""
    weeks = world.store.read(TOPIC_WEEKS).where("topic_kind = 'requests' AND scheme = 'client'")
    mix = {
        row.topic: row.n
        for row in weeks.where("segment_id = 'enterprise'")
        .groupBy("topic")
        .agg(F.sum("mention_count").alias("n"))
        .collect()
    }
    shares = {topic: n / sum(mix.values()) for topic, n in mix.items()}
    assert shares == pytest.approx(
        {"architecture": 0.35, "migration": 0.30, "performance": 0.25, "training": 0.10}, abs=0.05
    )
    seats = weeks.where("segment_id = 'enterprise'").agg(F.max("user_count"), F.max("asking_client_count")).first()
    assert seats[0] > 2 * seats[1], "many seats of one firm are one client"
    hours = {
        row.segment_id: row.n for row in weeks.groupBy("segment_id").agg(F.sum("topic_hours").alias("n")).collect()
    }
    assert set(hours) == {"enterprise", "individual", "student"}
    assert min(hours.values()) > 0


def test_every_client_is_shown_three_solutions_or_services(world) -> None:
    clients = world.people.where("platform = 'advisory'").select("user_id").distinct()
    rows = world.shown("solutions").join(clients, on="user_id")
    sizes = clients.join(rows.groupBy("user_id").agg(F.count(F.lit(1)).alias("n")), on="user_id", how="left")
    assert sizes.where("n <> 3 OR n IS NULL").isEmpty()
    assert rows.where("item_kind NOT IN ('solution', 'service') OR reason_zh IS NULL").isEmpty()
