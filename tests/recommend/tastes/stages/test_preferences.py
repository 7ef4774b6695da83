"""Preferences: what each deed says, drawn beside what comes of it."""

from __future__ import annotations

import math
from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession

from learnlake.lake.tables.recommend import PREFERENCES
from learnlake.lake.tables.silver import EVENTS, IDENTITIES
from learnlake.recommend.tastes import TasteSettings
from learnlake.recommend.tastes.stages.preferences import preferences
from tests.drawing import draw, expect

AS_OF = date(2026, 5, 31)
SAME = "account_id | known_from          | user_id\nann2 | 2026-05-01T00:00:00 | ann"
NO_AGE = TasteSettings(half_life_days=1e15)


def told(events: str, tastes: TasteSettings = NO_AGE) -> DataFrame:
    return preferences(draw(EVENTS, events), draw(IDENTITIES, SAME), as_of=AS_OF, tastes=tastes)


def test_an_unrated_visit_is_a_signal_and_events_without_an_item_are_none(spark: SparkSession) -> None:
    """Two accounts of ann are one user. A search weighs 1 but names no item, a login says nothing of taste."""
    rows = told("""
        account_id | event_id | event_type | item_id | occurred_at         | event_date | quantity
        ann        | 1        | view       | go-1    | 2026-05-01T10:00:00 | 2026-05-01 | -
        ann2       | 2        | view       | go-1    | 2026-05-09T10:00:00 | 2026-05-09 | 1
        ann        | 3        | search     | -       | 2026-05-09T10:00:00 | 2026-05-09 | -
        ann        | 4        | login      | go-1    | 2026-05-10T10:00:00 | 2026-05-10 | -
        bob        | 5        | view       | go-1    | 2026-05-02T10:00:00 | 2026-05-02 | 7
    """)
    expect(
        rows,
        PREFERENCES,
        f"""
        as_of_date | user_id | item_id | strength       | signal_count | last_signal_date | taken_date | is_finished | is_refunded | is_disliked | is_familiar
        2026-05-31 | ann     | go-1    | {math.log(3)}  | 2            | 2026-05-09       | -          | false       | false       | false       | false
        2026-05-31 | bob     | go-1    | {math.log(4)}  | 1            | 2026-05-02       | -          | false       | false       | false       | false
        """,
    )


def test_stronger_deeds_weigh_more_and_a_refund_against(spark: SparkSession) -> None:
    """View < click < enroll < purchase < complete; what was bought again after it was given back is no refund."""
    rows = told("""
        account_id | event_id | event_type | item_id | occurred_at         | event_date
        a          | 1        | view       | i       | 2026-05-01T10:00:00 | 2026-05-01
        b          | 2        | click      | i       | 2026-05-01T10:00:00 | 2026-05-01
        c          | 3        | enroll     | i       | 2026-05-01T10:00:00 | 2026-05-01
        d          | 4        | purchase   | i       | 2026-05-01T10:00:00 | 2026-05-01
        e          | 5        | complete   | i       | 2026-05-01T10:00:00 | 2026-05-01
        f          | 6        | purchase   | i       | 2026-05-01T10:00:00 | 2026-05-01
        f          | 7        | refund     | i       | 2026-05-02T10:00:00 | 2026-05-02
        g          | 8        | refund     | i       | 2026-05-02T10:00:00 | 2026-05-02
        g          | 9        | purchase   | i       | 2026-05-03T10:00:00 | 2026-05-03
    """)
    expect(
        rows,
        PREFERENCES,
        f"""
        user_id | strength        | taken_date | is_finished | is_refunded
        a       | {math.log(2)}   | -          | false       | false
        b       | {math.log(3)}   | -          | false       | false
        c       | {math.log(6)}   | 2026-05-01 | false       | false
        d       | {math.log(9)}   | 2026-05-01 | false       | false
        e       | {math.log(11)}  | 2026-05-01 | true        | false
        f       | {-math.log(5)}  | 2026-05-01 | false       | true
        g       | {-math.log(5)}  | 2026-05-03 | false       | false
        """,
    )


def test_a_deed_says_half_as_much_after_its_half_life(spark: SparkSession) -> None:
    rows = told(
        """
        account_id | event_id | event_type | item_id | occurred_at         | event_date
        a          | 1        | enroll     | i       | 2026-05-21T10:00:00 | 2026-05-21
        """,
        TasteSettings(half_life_days=10),
    )
    assert rows.collect()[0].strength == pytest.approx(math.log(1 + 2.5))


def test_answers_and_bad_ratings_count_by_the_latest_word(spark: SparkSession) -> None:
    """A list's place stands for the item that was shown there; of an unknown list nothing is known. Ann changes her mind about go-1; bob's rating of go-3 is a bad one, cal's a good one."""
    rows = told("""
        account_id | event_id | event_type | item_id | occurred_at         | event_date | rating | list_id | position | attributes
        ann        | 1        | feedback   | go-1    | 2026-05-01T10:00:00 | 2026-05-01 | -      | -       | -        | {'answer': 'not_interested'}
        ann        | 2        | feedback   | go-1    | 2026-05-02T10:00:00 | 2026-05-02 | -      | -       | -        | {'answer': 'like'}
        ann        | 3        | feedback   | go-2    | 2026-05-02T10:00:00 | 2026-05-02 | -      | -       | -        | {'answer': 'already_know'}
        bob        | 8        | impression | go-2    | 2026-05-30T10:00:00 | 2026-05-30 | -      | L7      | 2        | -
        bob        | 4        | feedback   | -       | 2026-05-31T10:00:00 | 2026-05-31 | -      | L7      | 2        | {'answer': 'not_interested'}
        bob        | 5        | rate       | go-3    | 2026-05-03T10:00:00 | 2026-05-03 | 0.0    | -       | -        | -
        cal        | 6        | rate       | go-3    | 2026-05-03T10:00:00 | 2026-05-03 | 1.0    | -       | -        | -
        cal        | 7        | feedback   | -       | 2026-05-31T10:00:00 | 2026-05-31 | -      | gone    | 1        | {'answer': 'like'}
    """)
    expect(
        rows,
        PREFERENCES,
        f"""
        user_id | item_id | strength       | is_disliked | is_familiar
        ann     | go-1    | {-math.log(5)} | false       | false
        ann     | go-2    | 0.0            | false       | true
        bob     | go-2    | {-math.log(11)}| true        | false
        bob     | go-3    | {-math.log(7)} | true        | false
        cal     | go-3    | {math.log(7)}  | false       | false
        """,
    )
