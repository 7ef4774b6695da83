import pytest

from learnlake.simulate.dice import Dice
from learnlake.simulate.sequels import RATES_PURCHASE, READS_BOUGHT_BOOK, RETURNS_PURCHASE, with_sequels

SCHEMA = "account_number BIGINT, event_type STRING, item_id STRING, day INT, last_day INT, place INT, second INT"
PEOPLE = 2_000


def told(spark, rows):
    return [row.asDict() for row in with_sequels(spark.createDataFrame(rows, SCHEMA), Dice(7)).collect()]


@pytest.fixture(scope="module")
def story(spark):
    return told(spark, [(n, "purchase", "book/go-1", 10, 30, 2, 0) for n in range(PEOPLE)])


def of_type(story, kind):
    return [row for row in story if row["event_type"] == kind]


def test_a_purchase_itself_stays_as_it_was(story):
    kept = of_type(story, "purchase")
    assert len(kept) == PEOPLE
    assert {(row["item_id"], row["day"], row["place"]) for row in kept} == {("book/go-1", 10, 2)}


def test_bought_books_are_read_in_order(story):
    read = {}
    for row in of_type(story, "view"):
        read.setdefault(row["account_number"], {})[row["item_id"]] = row["day"]
    assert len(read) / PEOPLE == pytest.approx(READS_BOUGHT_BOOK, abs=0.04)
    for days in read.values():
        assert sorted(days) == ["chapter/go-1-1", "chapter/go-1-2", "chapter/go-1-3"]
        assert 10 < days["chapter/go-1-1"] < days["chapter/go-1-2"] < days["chapter/go-1-3"]


def test_purchases_are_rated_or_returned_but_not_both(story):
    rated = {row["account_number"] for row in of_type(story, "rate")}
    returned = {row["account_number"] for row in of_type(story, "refund")}
    assert not rated & returned
    assert len(rated) / PEOPLE == pytest.approx(RATES_PURCHASE * (1 - RETURNS_PURCHASE), abs=0.04)
    assert len(returned) / PEOPLE == pytest.approx(RETURNS_PURCHASE, abs=0.015)


def test_nothing_follows_after_the_last_day(spark):
    assert {row["day"] for row in told(spark, [(n, "purchase", "book/go-1", 10, 10, 2, 0) for n in range(50)])} == {10}


def test_other_events_have_no_sequels(spark):
    assert [row["event_type"] for row in told(spark, [(1, "view", "book/go-1", 10, 30, 2, 0)])] == ["view"]


def test_places_stay_unique_where_two_purchases_meet(spark):
    rows = [
        (n, "purchase", "book/go-1", day, 30, place, 0) for n in range(200) for day in (10, 11, 12) for place in (2, 3)
    ]
    story = told(spark, rows)
    assert len({(row["account_number"], row["day"], row["place"]) for row in story}) == len(story)
