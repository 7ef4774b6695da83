"""The whole way from who and what to lists."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from learnlake.recommend.lists.models.recommender import Recommender
from learnlake.recommend.lists.rules.lists import LISTED, Maker
from learnlake.recommend.lists.settings import ListSettings
from tests.recommend.lists.small import DAY, dealt, item, items_table, placement, rows_of, user, users_table

SHELF = [item("go-1", lately_count=9), item("go-2", lately_count=5), item("js-1", lately_count=3)]
USERS = [user(f"u{n}", dealt("go-1", 2.0, taken_age=9)) for n in range(7)] + [user("new")]
MAKER = Maker(Recommender(), {"next": placement(), "again": placement(2)}, ListSettings(groups=3), DAY)


def test_spark_makes_the_same_rows_in_as_many_tasks_as_there_are_groups(spark: SparkSession) -> None:
    frames = (spark.createDataFrame(table) for table in (users_table(*USERS), items_table(*SHELF)))
    found = MAKER.listed(*frames).toArrow()
    expected = MAKER.tabled(users_table(*USERS), items_table(*SHELF))
    order = [(name, "ascending") for name in ("placement", "user_id", "rank")]
    assert found.sort_by(order).to_pylist() == expected.sort_by(order).to_pylist()
    assert found.num_rows == 7 * 2 + 3 + 7 * 2 + 2


@pytest.mark.parametrize(
    ("users", "items"), [([], SHELF), (USERS, []), ([], [])], ids=["nobody", "nothing on offer", "neither"]
)
def test_nobody_or_nothing_gives_no_rows(users, items) -> None:
    found = MAKER.tabled(users_table(*users), items_table(*items))
    assert (found.num_rows, found.schema) == (0, LISTED)


def test_a_user_without_any_event_gets_what_is_popular_and_a_platform_with_one_item_its_item() -> None:
    rows = rows_of([user("new")], [item("only", tags=None, words=None, title=None)], placement())
    assert [(row["item_id"], row["rank"], row["reason_code"]) for row in rows] == [("only", 1, "many_take")]
    assert rows[0]["take_chance"] is None, "nothing was learned, so that no chance is stated"


def test_a_declared_interest_is_enough_for_a_reason() -> None:
    items = [item("go-1"), item("js-1")]
    rows = rows_of([user("new", declared=["js"])], items, placement(boosts={"js": 50.0}))
    assert {row["item_id"] for row in rows} == {"go-1", "js-1"}


def test_the_order_of_rows_changes_nothing() -> None:
    first = MAKER.tabled(users_table(*USERS), items_table(*SHELF))
    again = MAKER.tabled(users_table(*reversed(USERS)), items_table(*reversed(SHELF)))
    assert first.to_pylist() == again.to_pylist()
