from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENT_OUTCOMES
from learnlake.lake.tables.silver import USER_DAYS
from learnlake.segments.stages.segment_outcomes import segment_outcomes
from tests.drawing import draw, expect
from tests.segments.cuts import FEATURES, schemes

DAYS = """
    user_id | event_date | cancel_count
    ann     | 2026-03-31 | 1
    bob     | 2026-04-02 | 1
    cal     | 2026-04-01 | 1
    dan     | 2026-04-20 | 0
"""


def members(day: str):
    rows = [
        f"{day} | behaviour | {user} | {segment}"
        for user, segment in zip(["ann", "bob", "cal", "dan"], "aabb", strict=True)
    ]
    return draw(SEGMENT_MEMBERS, "\n".join(["as_of_date | scheme | user_id | segment_id", *rows]))


def outcomes(month_ago, **named):
    conf = schemes(behaviour={"cluster": {"features": FEATURES}, "outcomes": named})
    today = members("2026-05-01")
    return segment_outcomes(today, month_ago, draw(USER_DAYS, DAYS), as_of=date(2026, 5, 1), schemes=conf)


def test_ever_counts_members_of_today_and_after_those_of_a_month_ago_from_then_on(spark: SparkSession) -> None:
    found = outcomes(
        members("2026-04-01"),
        ever={"event": "cancel", "when": "ever"},
        since={"event": "cancel", "when": "after"},
    )
    expect(
        found,
        SEGMENT_OUTCOMES,
        """
        as_of_date | scheme    | segment_id | outcome | members_date | member_count | outcome_count | outcome_share | rest_difference
        2026-05-01 | behaviour | a          | ever    | 2026-05-01   | 2            | 2             | 1.0           | 0.5
        2026-05-01 | behaviour | b          | ever    | 2026-05-01   | 2            | 1             | 0.5           | -0.5
        2026-05-01 | behaviour | a          | since   | 2026-04-01   | 2            | 1             | 0.5           | 0.5
        2026-05-01 | behaviour | b          | since   | 2026-04-01   | 2            | 0             | 0.0           | -0.5
    """,
    )
    row = found.where("segment_id = 'a' AND outcome = 'ever'").first()
    assert row.outcome_low_share < 1.0 <= row.outcome_high_share + 1e-9
    assert row.rest_difference_low < 0.5 < row.rest_difference_high


def test_without_a_month_behind_or_an_outcome_in_conf_there_are_no_rows(spark: SparkSession) -> None:
    nothing = members("2026-04-01").limit(0)
    assert outcomes(nothing, since={"event": "cancel", "when": "after"}).count() == 0
    assert outcomes(nothing).count() == 0
