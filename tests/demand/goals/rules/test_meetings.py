"""What a user and new items have in common, before anybody bought them; older items play new ones to learn from."""

from __future__ import annotations

from datetime import date

import pytest

from learnlake.demand.goals.rules.meetings import met, new_items, played_items, took
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import USER_TAGS
from tests.demand.goals.drawn import DAY, goal, log
from tests.drawing import draw

NEW_BOOK = goal(
    success={"event_types": ["purchase"], "item_kinds": ["book"], "published_within_days": 7}, window_days=7
)
ITEMS = """
    item_id  | item_kind | tags       | creator_id | level  | published_at        | known_from
    book/new | book      | ['python'] | ada        | junior | 2026-03-31T00:00:00 | 2026-03-31T00:00:00
    book/old | book      | ['python'] | ada        | junior | 2025-03-01T00:00:00 | 2025-03-01T00:00:00
    book/go  | book      | ['go']     | bea        | senior | 2025-03-01T00:00:00 | 2025-03-01T00:00:00
    course/1 | course    | ['python'] | ada        | junior | 2026-03-31T00:00:00 | 2026-03-31T00:00:00
"""
EVENTS = """
    account_id | event_type | item_id  | event_date
    ann        | purchase   | book/old | 2026-03-01
    ann        | purchase   | course/1 | 2026-03-31
    ann        | purchase   | book/new | 2026-04-02
    bob        | purchase   | book/go  | 2026-03-02
    bob        | purchase   | book/new | 2026-04-08
"""
TAGS = """
    user_id | platform | event_date | tag_kind | tag    | tag_count
    ann     | academy  | 2026-03-20 | topic    | python | 3
    ann     | academy  | 2026-03-20 | topic    | go     | 1
    ann     | academy  | 2026-03-20 | level    | junior | 4
    bob     | academy  | 2026-03-20 | topic    | go     | 5
    bob     | academy  | 2025-03-20 | topic    | python | 5
"""


@pytest.fixture(scope="module")
def held(spark):
    return log(items=ITEMS, events=EVENTS)


@pytest.fixture(scope="module")
def people(spark):
    return draw(USER_FEATURES, "as_of_date | user_id\n2026-03-31 | ann\n2026-03-31 | bob\n2026-03-31 | cyd").select(
        "as_of_date", "user_id"
    )


def test_new_is_what_was_published_in_the_last_days(held) -> None:
    assert [row.item_id for row in new_items(held.items, NEW_BOOK, (DAY,)).collect()] == ["book/new"]
    assert new_items(held.items, NEW_BOOK, (date(2026, 3, 30), date(2026, 4, 7))).count() == 0


def test_older_items_play_new_ones_and_new_ones_do_not(held) -> None:
    played = played_items(held.items, NEW_BOOK, (DAY,)).collect()
    assert {row.item_id for row in played} == {"book/old", "book/go"}
    assert {row.scenario for row in played} == {1}
    assert played == played_items(held.items, NEW_BOOK, (DAY,)).collect(), "the same draw each time"


def test_topic_level_earlier_purchases_and_creator_are_what_they_have_in_common(held, people) -> None:
    sets = new_items(held.items, NEW_BOOK, (DAY,))
    rows = {row.user_id: row for row in met(people, sets, draw(USER_TAGS, TAGS), held, NEW_BOOK).collect()}
    ann, bob, cyd = rows["ann"], rows["bob"], rows["cyd"]
    assert (ann.met_topic_share, ann.met_topic_count, ann.met_level_share) == (0.75, 3.0, 1.0)
    assert (ann.met_bought_count, ann.met_creator_count, ann.met_item_count) == (1.0, 1.0, 1.0), "the course is no book"
    assert (bob.met_topic_share, bob.met_bought_count, bob.met_level_share) == (0.0, 0.0, 0.0), (
        "python was too long ago"
    )
    assert (cyd.met_topic_share, cyd.item_ids) == (0.0, ["book/new"])


def test_a_day_without_new_items_has_no_rows(held, people) -> None:
    none = new_items(held.items, NEW_BOOK, (date(2026, 3, 30),))
    assert met(people, none, draw(USER_TAGS, TAGS), held, NEW_BOOK).count() == 0


def test_success_is_getting_one_of_them_in_the_window(held, people) -> None:
    sets = new_items(held.items, NEW_BOOK, (DAY,))
    rows = took(met(people, sets, draw(USER_TAGS, TAGS), held, NEW_BOOK), sets, held, NEW_BOOK)
    assert {row.user_id: row.label for row in rows.collect()} == {"ann": 1, "bob": 0, "cyd": 0}, "bob came a day late"
