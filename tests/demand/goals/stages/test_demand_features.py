"""What else is known of a user on a day, by hand; and a later lake knows the same of that day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from learnlake.demand.goals.settings import DemandSettings
from learnlake.demand.goals.stages.demand_features import demand_features
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES, USER_DAYS, USER_TAGS
from tests.drawing import draw

DAY = date(2026, 3, 31)
DAYS = """
    user_id | platform | event_date | subscribe_count | renew_count | cancel_count | complaint_count | purchase_count | enroll_count | complete_count | view_count
    ann     | academy  | 2026-02-20 | 1               | 0           | 0            | 0               | 0              | 1            | 0              | 0
    ann     | academy  | 2026-03-22 | 0               | 1           | 0            | 1               | 0              | 1            | 1              | 2
    bob     | academy  | 2026-03-01 | 1               | 0           | 0            | 0               | 0              | 0            | 0              | 0
    bob     | academy  | 2026-03-20 | 0               | 0           | 1            | 0               | 1              | 0            | 0              | 0
    cyd     | academy  | 2026-01-01 | 1               | 0           | 0            | 0               | 0              | 0            | 0              | 0
    cyd     | academy  | 2026-03-31 | 0               | 0           | 0            | 1               | 0              | 0            | 0              | 1
"""
LATER = """
    ann     | academy  | 2026-04-01 | 0               | 0           | 1            | 3               | 4              | 0            | 1              | 9
    dan     | academy  | 2026-04-01 | 1               | 0           | 0            | 0               | 0              | 0            | 0              | 0
"""
TAGS = """
    user_id | platform | event_date | tag_kind  | tag    | tag_count
    ann     | academy  | 2026-03-20 | topic     | python | 3
    ann     | academy  | 2026-03-21 | topic     | docker | 2
    ann     | academy  | 2026-03-22 | topic     | docker | 1
    ann     | academy  | 2026-03-22 | item_kind | book   | 1
    ann     | academy  | 2025-12-01 | topic     | old    | 99
    ann     | academy  | 2026-03-22 | device    | mobile | 1
"""
ACCOUNT_ROWS = """
    account_id | known_from          | platform | profession | interests
    ann        | 2026-01-01T00:00:00 | academy  | testing    | ['python']
"""


@pytest.fixture(scope="module")
def made(spark):
    return rows_of(DAYS)


def rows_of(days: str) -> dict[str, object]:
    drawn = draw(USER_DAYS, days).fillna(0)
    frame = demand_features(
        drawn,
        draw(USER_TAGS, TAGS),
        draw(ACCOUNTS, ACCOUNT_ROWS),
        draw(IDENTITIES, "account_id | known_from | user_id"),
        as_of=DAY,
        settings=DemandSettings(countries=("CN",)),
    )
    return {row.user_id: row for row in frame.collect()}


def test_deeds_are_counted_over_two_weeks_and_ninety_days(made) -> None:
    ann, cyd = made["ann"], made["cyd"]
    assert (
        ann.deed_complaint_count_14d,
        ann.deed_complaint_count_90d,
        ann.deed_enroll_count_14d,
        ann.deed_enroll_count_90d,
    ) == (1, 1, 1, 2)
    assert (cyd.deed_complaint_count_14d, cyd.deed_view_count_14d) == (1, 1)


def test_a_membership_is_paid_until_a_period_after_the_last_renewal(made) -> None:
    ann = made["ann"]
    assert (ann.membership_age_days, ann.renewal_due_days, ann.renewal_count) == (39, 21, 1)


def test_a_cancelled_or_expired_membership_runs_no_more(made) -> None:
    for name in ("bob", "cyd"):
        assert (made[name].membership_age_days, made[name].renewal_due_days, made[name].renewal_count) == (
            None,
            None,
            None,
        )


def test_the_paid_period_that_runs_is_counted_from_the_last_renewal_on() -> None:
    """The first day counts for complaints, and not for activity: the renewal itself is no visit."""
    more = """
    ann     | academy  | 2026-03-25 | 0               | 0           | 0            | 0               | 0              | 0            | 0              | 1
    ann     | forum    | 2026-03-25 | 0               | 0           | 0            | 2               | 0              | 0            | 0              | 1
    ann     | forum    | 2026-03-10 | 0               | 0           | 0            | 7               | 0              | 0            | 0              | 1
    eve     | academy  | 2026-03-31 | 1               | 0           | 0            | 0               | 0              | 0            | 0              | 0
"""
    made = rows_of(DAYS.rstrip() + more)
    period = {
        name: (row.period_active_share, row.period_idle_share, row.period_complaint_count) for name, row in made.items()
    }
    assert period == {
        "ann": (1 / 9, 6 / 9, 3),
        "bob": (None, None, None),
        "cyd": (None, None, None),
        "eve": (None, None, 0),
    }


def test_the_next_purchase_is_due_after_the_usual_gap_between_days_with_one() -> None:
    """A pause between purchases makes nobody slow, and two purchases of a day are one."""
    told = {
        (11,): (None, None, None),
        (11, 31): (20, 9, 1),
        (5, 25): (20, 15, 0),
        (5, 25, 65, 85): (20, 15, 0),
        (11, 31, 71): (20, 9, 1),
        (30, 33, 36): (3, -27, 4),
    }
    row = "{} | {} | {} | 0 | 0 | 0 | 0 | 1 | 0 | 0 | 0"
    lines = [
        row.format(f"p{number}", place, DAY - timedelta(days=age))
        for number, ages in enumerate(told)
        for age in ages
        for place in ("academy", "forum")
    ]
    made = rows_of(DAYS.rstrip() + "\n" + "\n".join(lines))
    pace = [(held.purchase_pace_days, held.purchase_due_days, held.purchases_ahead_count) for held in made.values()]
    found = dict(zip(made, pace, strict=True))
    assert [found[f"p{number}"] for number in range(len(told))] == list(told.values())
    assert found["ann"] == (None, None, None)


def test_days_since_are_null_where_there_was_nothing(made) -> None:
    assert (made["ann"].since_browse_days, made["ann"].since_purchase_days, made["bob"].since_purchase_days) == (
        9,
        9,
        11,
    )
    assert made["cyd"].since_study_days is None


def test_the_favourite_topic_is_of_the_last_ninety_days_and_ties_go_by_name(made) -> None:
    ann = made["ann"]
    assert (ann.top_topic, ann.top_topic_share, ann.top_kind, ann.top_device) == ("docker", 0.5, "book", "mobile")
    assert made["bob"].top_topic is None


def test_open_courses_attributes_weekday_and_holidays(made) -> None:
    ann = made["ann"]
    assert (ann.open_course_count, ann.profession, ann.interests, ann.weekday) == (1, "testing", ["python"], 2)
    assert ann.holidays_ahead_count == 2, (
        "Tomb-sweeping day of 2026 is on Sunday, 5 April, and the Monday is free for it"
    )
    assert made["bob"].open_course_count == 0, "never below 0"


def test_a_later_lake_knows_the_same_of_the_day(made) -> None:
    """The time-travel test: what came after the day changes nothing."""
    assert rows_of(DAYS.rstrip() + LATER) == made
