"""Labels look after the day only, gap and window exactly; splits never let one purpose know another's window."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from learnlake.demand.goals.rules.labelled import at_risk, labelled, matured, pooled, snapshots, split_by_time
from learnlake.lake.tables.demand import DEMAND_FEATURES
from learnlake.lake.tables.gold import USER_FEATURES
from tests.demand.goals.drawn import DAY, goal, log, people
from tests.drawing import draw

ROWS = """
    as_of_date | user_id
    2026-03-31 | early
    2026-03-31 | first
    2026-03-31 | last
    2026-03-31 | late
    2026-03-31 | never
    2026-03-17 | last
"""
DAYS = """
    user_id | event_date | event_count | purchase_count | view_count
    early   | 2026-03-31 | 1           | 1              | 0
    first   | 2026-04-01 | 2           | 1              | 1
    last    | 2026-04-14 | 1           | 1              | 0
    late    | 2026-04-15 | 1           | 1              | 0
    never   | 2026-04-03 | 1           | 0              | 1
"""


@pytest.fixture(scope="module")
def rows(spark):
    return draw((*USER_FEATURES.columns[:2],), ROWS)


def test_the_window_begins_the_day_after_and_ends_with_its_last_day(rows) -> None:
    found = people(labelled(rows, goal(), log(days=DAYS)))
    assert found == {
        ("early", "2026-03-31"): 0,
        ("first", "2026-03-31"): 1,
        ("last", "2026-03-31"): 1,
        ("late", "2026-03-31"): 0,
        ("never", "2026-03-31"): 0,
        ("last", "2026-03-17"): 0,
    }


def test_a_gap_moves_the_window(rows) -> None:
    found = people(labelled(rows, goal(gap_days=1), log(days=DAYS)))
    assert [found[name, "2026-03-31"] for name in ("first", "last", "late")] == [0, 1, 1]


def test_an_absence_is_that_nothing_came(rows) -> None:
    found = people(labelled(rows, goal(success={"is_absent": True}), log(days=DAYS)))
    assert [found[name, "2026-03-31"] for name in ("early", "first", "late", "never")] == [1, 0, 1, 0]


def test_the_item_decides_where_a_goal_asks_for_kinds_or_topics(rows) -> None:
    events = """
        account_id | event_type | item_id | event_date
        first      | purchase   | book/1  | 2026-04-01
        last       | purchase   | book/2  | 2026-04-01
        late       | purchase   | gone    | 2026-04-01
        seat       | purchase   | book/1  | 2026-04-02
        never      | view       | book/1  | 2026-04-01
    """
    items = """
        item_id | item_kind | tags       | known_from
        book/1  | book      | ['python'] | 2026-01-01T00:00:00
        book/2  | course    | ['python'] | 2026-01-01T00:00:00
    """
    identities = """
        account_id | known_from          | user_id
        seat       | 2026-01-01T00:00:00 | early
    """
    held = log(events=events, items=items, identities=identities)
    books = people(labelled(rows, goal(success={"event_types": ["purchase"], "item_kinds": ["book"]}), held))
    assert {name for (name, day), label in books.items() if label} == {"first", "early"}
    python = people(labelled(rows, goal(success={"event_types": ["purchase"], "topics": ["python"]}), held))
    assert {name for (name, day), label in python.items() if label and day == "2026-03-31"} == {
        "first",
        "last",
        "early",
    }


def test_only_the_population_is_at_risk(spark) -> None:
    features = draw(
        USER_FEATURES,
        "as_of_date | user_id | active_days_90d\n2026-03-31 | here | 3\n2026-03-31 | gone | 0\n2026-03-31 | alone | 3",
    )
    demand = draw(
        DEMAND_FEATURES, "as_of_date | user_id | renewal_due_days\n2026-03-31 | here | 5\n2026-03-31 | gone | 5"
    )
    assert [
        row.user_id
        for row in at_risk(features, demand, goal(population="active_days_90d > 0 AND renewal_due_days < 9")).collect()
    ] == ["here"]


def test_no_purpose_knows_the_window_of_the_next() -> None:
    for window in (7, 14, 28):
        one = goal(window_days=window)
        split = split_by_time(snapshots(DAY), one, DAY)
        assert len(split.test) == len(split.tune) == 1
        ends = timedelta(days=window)
        assert split.test[0] + ends <= DAY
        assert split.tune[0] + ends <= split.test[0]
        assert all(day + ends <= split.tune[0] for day in split.train)


def test_with_few_days_users_are_shared_out_and_the_remark_says_so() -> None:
    long = goal(window_days=42)
    split = split_by_time(snapshots(DAY), long, DAY)
    assert split.train == split.tune != split.test
    assert "other users of the same days" in split.remark
    longer = split_by_time(snapshots(DAY), goal(window_days=80), DAY)
    assert longer.train == longer.test == (DAY - timedelta(days=84),)
    assert "not later in time" in longer.remark
    assert split_by_time(snapshots(DAY), goal(window_days=90), DAY).test == ()


def test_a_day_is_ripe_when_its_window_has_ended() -> None:
    days = (date(2026, 3, 17), date(2026, 3, 16))
    assert matured(days, goal(gap_days=1), DAY) == (date(2026, 3, 16),)


def test_days_with_few_rows_are_pooled_and_the_newest_still_judges() -> None:
    split = split_by_time(snapshots(DAY), goal(), DAY)
    few = pooled(split)
    assert few.train == few.tune == tuple(sorted({*split.train, *split.tune}, reverse=True))
    assert few.test == split.test
    assert "for want of rows" in few.remark
