"""Story 3, first parts: community roles from behaviour, and the technologies that are asked about."""

from __future__ import annotations

import numpy as np
from pyspark.sql import functions as F

from learnlake.lake.joins import latest
from learnlake.lake.tables.gold import SEGMENTS
from learnlake.lake.tables.rules import ITEM_RULES
from learnlake.lake.tables.silver import EVENTS, ITEMS
from learnlake.lake.tables.topics import TEXT_TOPICS, TOPIC_POINTS, TOPIC_WEEKS
from learnlake.modelling.association import wilson
from learnlake.simulate.topics import TOPICS


def test_enthusiasts_experts_and_leading_figures_are_told_apart_by_what_they_do_and_receive(world) -> None:
    assert world.known.roles > 0.9


def test_a_role_is_defined_in_words_in_both_languages(world) -> None:
    rows = {row.segment_id: row for row in world.store.read(SEGMENTS).where("scheme = 'role'").collect()}
    assert rows["leading"].segment_name_zh == "行业大咖"
    assert "received_follow_count_90d" in rows["leading"].definition
    assert "at least" in rows["expert"].definition_en
    assert "至少" in rows["expert"].definition_zh
    assert rows["enthusiast"].member_count > rows["expert"].member_count > rows["leading"].member_count > 0


def test_questions_are_tagged_with_technologies_rightly(world) -> None:
    """The tags of the thread that a question stands in are the truth; jargon and everyday words are planted."""
    store = world.store
    tags = latest(store.read(ITEMS), ITEMS).select("item_id", "tags")
    found = store.read(TEXT_TOPICS).where("topic_kind = 'technology' AND event_type = 'ask'").join(tags, on="item_id")
    counted = found.groupBy("found_by").agg(
        F.count_if(F.array_contains("tags", F.col("topic"))).alias("right_count"), F.count(F.lit(1)).alias("all_count")
    )
    told = {row.found_by: (row.right_count, row.all_count) for row in counted.collect()}
    assert set(told) == {"words", "classifier"}
    for right, whole in told.values():
        low, _ = wilson(np.array([right]), np.array([whole]))
        assert low[0] >= 0.9, told
    first = found.agg(F.min("event_date")).first()[0]
    asked = store.read(EVENTS).where((F.col("event_type") == "ask") & (F.col("event_date") >= F.lit(first))).count()
    assert sum(whole for _, whole in told.values()) >= 0.9 * asked


def test_the_technology_that_nobody_answers_hurts(world) -> None:
    store = world.store
    points = store.read(TOPIC_POINTS).where("topic_kind = 'technology' AND scheme = 'all'")
    worst = points.where("point = 'unanswered' AND is_found").orderBy(F.desc("difference")).first()
    assert (worst.topic, worst.case_share > 0.9) == ("terraform", True)
    assert not points.where("point = 'rising' AND is_found").count(), "nothing was planted to rise among all users"
    weeks = store.read(TOPIC_WEEKS).where("topic_kind = 'technology' AND scheme = 'level' AND segment_id = 'junior'")
    assert weeks.select("week_start").distinct().count() >= 8


def test_technologies_that_are_asked_about_together_are_of_one_trade(world) -> None:
    """Planted: nine in ten of what a person asks about are interests, all of the trades that the person has."""
    trades = {topic.tag: topic.profession for topic in TOPICS}
    rules = world.store.read(ITEM_RULES).where("scope = 'questions'").collect()
    assert len(rules) > 10
    together = [{trades[topic] for topic in (*row.antecedent_items, row.consequent)} for row in rules]
    assert sum(len(found) == 1 for found in together) >= 0.9 * len(together)


def test_articles_resources_and_threads_are_shown_that_interest_people(world) -> None:
    """Planted: two to four interests of twenty technologies, so that lists by chance would hit one in six."""
    wanted = (
        world.people.where("platform = 'forum' AND account_segment <> 'visitor'")
        .groupBy("user_id")
        .agg(F.first("interests").alias("interests"))
    )
    for placement, kinds in (("community", {"thread", "resource"}), ("reading", {"article"})):
        rows = world.shown(placement).join(wanted, on="user_id")
        told = rows.agg(
            F.mean(F.array_contains("interests", F.col("tag")).cast("int")), F.collect_set("item_kind")
        ).first()
        assert told[0] > 0.6, (placement, told[0])
        assert set(told[1]) == kinds
        assert rows.select("user_id").distinct().count() > 200
