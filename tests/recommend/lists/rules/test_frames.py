"""What is on offer and who is to be served, drawn beside the tables that it comes from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.knowledge import ITEM_PREREQUISITES
from learnlake.lake.tables.recommend import PREFERENCES
from learnlake.lake.tables.rules import ITEM_RULES, ITEM_TRANSITIONS
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES, ITEMS
from learnlake.recommend.lists.rules.frames import OFFERED, SERVED, Known, offered, served
from learnlake.recommend.lists.settings import ListSettings
from tests.drawing import draw

AS_OF = date(2026, 5, 31)
TURNED = """
    as_of_date | user_id | item_id | strength | signal_count | last_signal_date | taken_date | is_finished | is_refunded | is_disliked | is_familiar
    2026-05-31 | ann     | a       | 2.0      | 3            | 2026-05-30       | 2026-05-01 | true        | false       | false       | false
    2026-05-31 | ann     | b       | -1.0     | 1            | 2026-05-30       | -          | false       | false       | true        | false
    2026-05-31 | bob     | a       | 1.0      | 1            | 2026-05-10       | -          | false       | false       | false       | false
    2026-05-31 | cal     | a       | 1.0      | 1            | 2026-05-03       | -          | false       | false       | false       | false
"""
ITEMS_KNOWN = """
    item_id | known_from          | item_kind | platform | title | tags      | level  | language | creator_id | price | prerequisites | published_at        | withdrawn_at
    a       | 2026-01-01T00:00:00 | course    | academy  | Old A | ['go']    | junior | en       | c1         | 10    | -             | 2026-01-01T00:00:00 | -
    a       | 2026-02-01T00:00:00 | course    | academy  | A     | ['go']    | junior | en       | c1         | 12    | -             | 2026-01-01T00:00:00 | -
    b       | 2026-01-01T00:00:00 | course    | academy  | B     | ['go']    | senior | en       | c1         | 10    | ['a']         | 2026-05-21T00:00:00 | 2026-07-01T00:00:00
    gone    | 2026-01-01T00:00:00 | course    | academy  | Gone  | -         | -      | -        | -          | -     | -             | 2026-01-01T00:00:00 | 2026-05-31T12:00:00
    later   | 2026-01-01T00:00:00 | course    | academy  | Later | -         | -      | -        | -          | -     | -             | 2026-06-01T00:00:00 | -
"""
MEMBERS = """
    as_of_date | scheme    | user_id | segment_id
    2026-05-31 | behaviour | ann     | s1
    2026-05-31 | behaviour | bob     | s1
    2026-05-31 | level     | bob     | senior
    2026-05-31 | level     | ann     | senior
"""
PEOPLE = """
    account_id | known_from          | declared_level | interests | language | profession
    ann        | 2026-01-01T00:00:00 | junior         | ['go']    | en       | testing
    new        | 2026-05-01T00:00:00 | -              | ['js']    | zh       | -
"""
RULES = """
    as_of_date | scope       | antecedent | consequent | antecedent_items | confidence_low
    2026-05-31 | courses     | a          | b          | ['a']            | 0.2
    2026-05-31 | tags        | a          | b          | ['a']            | 0.3
    2026-05-31 | courses/x/y | a          | b          | ['a']            | 0.9
"""
WAYS = """
    as_of_date | scope   | from_item | to_item | transition_share | lift
    2026-05-31 | courses | a         | b       | 0.5              | 2.0
    2026-05-31 | courses | start     | b       | 0.5              | 2.0
    2026-05-31 | courses | b         | a       | 0.1              | 0.5
"""
NEEDS = """
    as_of_date | item_id | prerequisite_id | is_circular
    2026-05-31 | b       | a               | false
    2026-05-31 | b       | z               | false
    2026-05-31 | a       | b               | true
"""


def known(*, told: bool) -> Known:
    """Return what is known, with or without the day's tables of rules and prerequisites."""
    frames = [
        draw(table, text)
        for table, text in (
            (PREFERENCES, TURNED),
            (ITEMS, ITEMS_KNOWN),
            (SEGMENT_MEMBERS, MEMBERS),
            (ACCOUNTS, PEOPLE),
            (IDENTITIES, "account_id"),
        )
    ]
    more = (draw(ITEM_PREREQUISITES, NEEDS), draw(ITEM_RULES, RULES), draw(ITEM_TRANSITIONS, WAYS)) if told else ()
    return Known(*frames, *more)


def test_what_is_on_offer(spark: SparkSession) -> None:
    """Ann, bob and cal turned to a within 28 days before the end of 31 May, cal not: 3 May is the 29th day before. Ann turned away from b."""
    frame = offered(known(told=True), AS_OF, ListSettings())
    assert frame.columns == OFFERED.names
    rows = {row.item_id: row for row in frame.collect()}
    a, b = rows["a"], rows["b"]
    assert (a.title, a.price, a.age_days, a.lately_count, a.week_count) == ("A", 12.0, 150, 2, 1)
    assert (a.by_segment, a.by_job) == ({"s1": 2}, {"testing": 1})
    assert {name: row.is_open for name, row in rows.items()} == {"a": True, "b": True, "gone": False, "later": False}
    assert b.needs == ["a", "z"]
    assert a.needs is None, "the link that closes a circle is cut"
    assert [tuple(way) for way in b.next_of] == [("a", 0.5)], (
        "neither a start nor a way that is gone less than by chance"
    )
    assert [(rule["items"], rule.confidence) for rule in b.follows] == [(["a"], 0.3)], "all users together"
    assert (b.lately_count, b.by_segment, a.next_of, a.follows) == (0, None, None, None)


def test_without_the_days_tables_what_items_state_themselves_is_required(spark: SparkSession) -> None:
    rows = {row.item_id: row for row in offered(known(told=False), AS_OF, ListSettings()).collect()}
    assert (rows["b"].needs, rows["b"].next_of, rows["b"].follows) == (["a"], None, None)


def test_items_that_no_source_lists_are_on_offer_where_they_are_shown(spark: SparkSession) -> None:
    """Of x nothing is known but what bob and cal did with it."""
    row = "    2026-05-31 | {} | x | 1.0 | 1 | 2026-05-21 | {} | false | false | false | false\n"
    turned = TURNED + row.format("bob", "2026-05-11") + row.format("cal", "-")
    told = replace(known(told=True), preferences=draw(PREFERENCES, turned), shows_unlisted=True)
    rows = {row.item_id: row for row in offered(told, AS_OF, ListSettings()).collect()}
    x = rows["x"]
    assert (x.item_kind, x.platform, x.title, x.words) == (None, None, None, "")
    assert (x.age_days, x.is_open, x.lately_count, x.by_segment) == (20, True, 2, {"s1": 1})
    assert len(rows) == 5
    hidden = offered(replace(told, shows_unlisted=False), AS_OF, ListSettings())
    assert "x" not in {row.item_id for row in hidden.collect()}


def test_who_is_to_be_served(spark: SparkSession) -> None:
    """Whoever has an account or a deed; a declared level comes before one that was found."""
    frame = served(known(told=True), AS_OF, ListSettings())
    assert frame.columns == SERVED.names
    rows = {row.user_id: row for row in frame.collect()}
    assert set(rows) == {"ann", "bob", "cal", "new"}
    assert [(own.item_id, own.strength, own.age, own.taken_age, own.is_disliked) for own in rows["ann"].history] == [
        ("a", 2.0, 1, 30, False),
        ("b", -1.0, 1, None, True),
    ]
    assert {name: row.job for name, row in rows.items() if row.job} == {"ann": "testing"}
    told = {name: (row.segment, row.declared, row.level, row.language) for name, row in rows.items()}
    assert told == {
        "ann": ("s1", ["go"], "junior", "en"),
        "bob": ("s1", None, "senior", None),
        "cal": (None, None, None, None),
        "new": (None, ["js"], None, "zh"),
    }
    assert rows["new"].history is None
