import pytest
from pyspark.sql import functions as F

from learnlake.simulate import SimulateSettings
from learnlake.simulate.accounts import accounts
from learnlake.simulate.catalogue import NEW_BOOK_TOPICS, RELEASE_DAYS_BEFORE_END, catalogue, items
from learnlake.simulate.choices import with_topic
from learnlake.simulate.deeds import deeds
from learnlake.simulate.dice import Dice
from learnlake.simulate.topics import ANSWERED_INSTEAD, UNANSWERED


def test_every_item_of_an_event_is_on_offer(small, academy_events, forum_events):
    offered = {item.item_id for item in catalogue(small)}
    assert {event["item"] for event in academy_events if "item" in event} <= offered
    assert {event["target"] for event in forum_events if "target" in event} <= offered


def test_nobody_uses_what_was_withdrawn(small, academy_events):
    withdrawn = {item.item_id for item in catalogue(small) if item.withdrawn_on is not None}
    assert len(withdrawn) == 5
    assert not withdrawn & {event.get("item") for event in academy_events}


def test_most_views_are_of_ones_interests(small, planted, academy_events):
    tags = {item.item_id: set(item.tags) for item in catalogue(small)}
    interests = {row["login_id"]: set(row["interests"]) for row in planted["users"]}
    views = [event for event in academy_events if event["kind"] == "view" and "member_id" in event]
    liked = [bool(tags[event["item"]] & interests[str(event["member_id"])]) for event in views]
    assert 0.85 < sum(liked) / len(liked) < 1


@pytest.mark.parametrize("days", [14, 30])
def test_a_book_that_comes_out_sells_from_the_day_after_on_and_no_book_more(spark, days):
    world = SimulateSettings(users=600, days=days)
    made = deeds(accounts(spark, world), items(spark, world), world, "academy").where("event_type = 'purchase'")
    released = {item.item_id: item.published_on for item in catalogue(world) if item.published_on >= world.first_day}
    assert set(released) == {f"book/{topic}-4" for topic in NEW_BOOK_TOPICS}
    (out_on,) = {(published - world.first_day).days for published in released.values()}
    assert out_on == days - RELEASE_DAYS_BEFORE_END
    counted = {(row.item_id, row.day): row["count"] for row in made.groupBy("item_id", "day").count().collect()}
    sold = {key: count for key, count in counted.items() if key[0] in released}
    assert min(day for _, day in sold) == out_on + 1
    assert max(day for _, day in sold) == days - 1
    topics = {
        f"{kind}/{topic}-{number}" for topic in NEW_BOOK_TOPICS for kind in ("book", "article") for number in range(5)
    }
    offered = sum(count for (item, day), count in counted.items() if item in topics and day > out_on)
    assert sum(sold.values()) / offered == pytest.approx(0.6, abs=0.15)


def test_nobody_answers_about_one_technology(spark, small):
    columns = {
        "kind": F.when(F.col("id") % 2 == 0, F.lit("ask")).otherwise(F.lit("answer")),
        "interests": F.array(F.lit(UNANSWERED), F.lit("go")),
        "level": F.lit("junior"),
        "is_bot": F.lit(False),
        "account_number": F.col("id"),
        "day": F.lit(3),
        "place": F.lit(1),
    }
    drawn = with_topic(spark.range(400).withColumns(columns), Dice(small.seed)).groupBy("kind", "topic").count()
    counted = {(row.kind, row.topic): row["count"] for row in drawn.collect()}
    assert counted["ask", UNANSWERED] > 50
    assert ("answer", UNANSWERED) not in counted
    assert counted["answer", ANSWERED_INSTEAD] > 50
