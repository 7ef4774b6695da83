from __future__ import annotations

from datetime import date, timedelta

import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.moments.rules.anchored import after_purchases, anchors, bought, deeds, taken_up
from learnlake.behaviour.moments.settings import Sequels
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from tests.drawing import draw

DAY = date(2026, 5, 31)
CONF = Sequels(window_days=10, over_days=30)
HEAD = "event_id | account_id | platform | event_type | item_id | occurred_at | event_date"
SAID = """
    event_id | account_id | platform | event_type | item_id | occurred_at         | event_date
    1        | ann        | a        | view       | page    | 2026-05-08T12:00:00 | 2026-05-08
    2        | ann        | a        | purchase   | book    | 2026-05-12T12:00:00 | 2026-05-12
    3        | ann        | a        | purchase   | book    | 2026-05-14T12:00:00 | 2026-05-14
    4        | ann        | a        | view       | chapter | 2026-05-15T00:00:00 | 2026-05-15
    5        | ann        | a        | view       | page    | 2026-05-20T12:00:00 | 2026-05-20
    6        | bob        | a        | purchase   | book    | 2026-05-25T12:00:00 | 2026-05-25
    7        | bob        | a        | purchase   | pen     | 2026-05-05T12:00:00 | 2026-05-05
    8        | bob        | a        | ask        | book    | 2026-05-05T12:00:00 | 2026-05-05
"""


@pytest.fixture
def done(spark: SparkSession):
    return deeds(draw(EVENTS, SAID), draw(IDENTITIES, "account_id | known_from | user_id"), CONF)


def buys(done):
    return bought(done, draw(ITEMS, "item_id | known_from | item_kind\nbook | 2026-01-01T00:00:00 | book"), CONF)


def test_a_purchase_is_the_first_of_an_item_of_a_kind_that_counts(done) -> None:
    assert {(row.user_id, row.bought_item, str(row.anchor_date)) for row in buys(done).collect()} == {
        ("ann", "book", "2026-05-12"),
        ("bob", "book", "2026-05-25"),
    }


def test_an_anchor_has_its_whole_window_before_the_end(done) -> None:
    """Bob's purchase is too late; each of the two is looked at once more after an event of their own that is not."""
    rows = anchors(done, buys(done), CONF, DAY, seed=7).collect()
    assert {(row.user_id, row.bought_item) for row in rows} == {("ann", "book"), ("ann", None), ("bob", None)}
    assert max(row.anchor_at.date() for row in rows) <= date(2026, 5, 21)


def test_around_a_purchase_two_equal_spans_are_compared(done) -> None:
    """Ann was known for four days before: her chapter on the third day after is within them, her page on the ninth is not."""
    own = anchors(done, buys(done), CONF, DAY, seed=7).where("bought_item = 'book'")
    around = after_purchases(taken_up(done, own, CONF, DAY), own).collect()
    told = {row.next_item: (row.days_after, row.is_after, row.is_before) for row in around}
    assert told == {"chapter": (2.5, True, False), "page": (8.0, False, True)}


def test_a_user_with_a_long_past_meets_what_is_near_alone(spark: SparkSession) -> None:
    """Of the deeds each day of a year those of ten days before and after count, to the second; of two books of one moment, the other."""
    daily = [
        f"{day} | cal | a | view | page{day:03d} | {DAY - timedelta(days=day)}T12:00:00 | {DAY - timedelta(days=day)}"
        for day in range(365)
    ]
    daily += [f"b{book} | cal | a | purchase | {book} | 2026-05-11T12:00:00 | 2026-05-11" for book in ("book", "tome")]
    said = deeds(draw(EVENTS, "\n".join([HEAD, *daily])), draw(IDENTITIES, "account_id | known_from | user_id"), CONF)
    own = anchors(said, buys(said), CONF, DAY, seed=7).where("bought_item IS NOT NULL")
    around = taken_up(said, own, CONF, DAY)
    found = {
        row.next_item: (row.days_after, row.is_after, row.is_before) for row in after_purchases(around, own).collect()
    }
    near = {f"page{20 - day:03d}": (float(day) if day > 0 else None, day > 0, day < 0) for day in range(-10, 11) if day}
    assert found == near
    assert {row.next_item: row.has_other for row in around.collect()} == dict.fromkeys(near, True)
