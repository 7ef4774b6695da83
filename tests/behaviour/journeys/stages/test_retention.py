from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.settings import JourneySettings
from learnlake.behaviour.journeys.stages.retention import retention
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.journeys import RETENTION
from learnlake.lake.tables.silver import USER_DAYS
from tests.drawing import draw, expect

# Weeks from Monday: 27 April (W18), 4 May (W19), 11 May (W20), 18 May (W21). As of Wednesday the 20th W21 is not over.
DAY = date(2026, 5, 20)
SEEN = """
    user_id | platform | event_date | purchase_count | subscribe_count | renew_count
    ann     | academy  | 2026-04-27 | 1              | 0               | 0
    ann     | forum    | 2026-04-27 | 0              | 0               | 0
    ann     | academy  | 2026-05-17 | 1              | 0               | 0
    bob     | academy  | 2026-05-03 | 1              | 0               | 0
    bob     | academy  | 2026-05-05 | 0              | 0               | 0
    bob     | academy  | 2026-05-18 | 0              | 0               | 0
    cal     | academy  | 2026-05-10 | 0              | 0               | 0
    old     | academy  | 2026-04-26 | 0              | 0               | 0
    old     | academy  | 2026-05-04 | 0              | 0               | 0
"""
MEMBERS = """
    as_of_date | scheme    | user_id | segment_id
    2026-05-20 | behaviour | bob     | busy
    2026-05-20 | behaviour | cal     | -
    2026-05-20 | job       | ann     | baker
"""


def found(days: str, day: date = DAY, **more: object):
    settings = JourneySettings.model_validate({"cohorts": 4, "ages": 3, **more})
    return retention(draw(USER_DAYS, days), draw(SEGMENT_MEMBERS, MEMBERS), as_of=day, settings=settings)


def test_classic_counts_just_that_week_and_rolling_then_or_later(spark: SparkSession) -> None:
    """Who was there before the four weeks stands in no cohort; the running week tells no share."""
    rows = found(SEEN).where("scheme = 'all' AND kind LIKE '%activity'")
    expect(
        rows,
        RETENTION,
        """
        as_of_date | kind             | segment_id | cohort   | cohort_date | age | cohort_count | returned_count | returned_share | is_partial
        2026-05-20 | classic_activity | all        | 2026-W18 | 2026-04-27  | 0   | 2            | 2              | 1.0            | false
        2026-05-20 | classic_activity | all        | 2026-W18 | 2026-04-27  | 1   | 2            | 1              | 0.5            | false
        2026-05-20 | classic_activity | all        | 2026-W18 | 2026-04-27  | 2   | 2            | 1              | 0.5            | false
        2026-05-20 | classic_activity | all        | 2026-W18 | 2026-04-27  | 3   | 2            | 1              | -              | true
        2026-05-20 | classic_activity | all        | 2026-W19 | 2026-05-04  | 0   | 1            | 1              | 1.0            | false
        2026-05-20 | classic_activity | all        | 2026-W19 | 2026-05-04  | 1   | 1            | 0              | 0.0            | false
        2026-05-20 | classic_activity | all        | 2026-W19 | 2026-05-04  | 2   | 1            | 0              | -              | true
        2026-05-20 | rolling_activity | all        | 2026-W18 | 2026-04-27  | 0   | 2            | 2              | 1.0            | false
        2026-05-20 | rolling_activity | all        | 2026-W18 | 2026-04-27  | 1   | 2            | 2              | 1.0            | false
        2026-05-20 | rolling_activity | all        | 2026-W18 | 2026-04-27  | 2   | 2            | 2              | 1.0            | false
        2026-05-20 | rolling_activity | all        | 2026-W18 | 2026-04-27  | 3   | 2            | 1              | -              | true
        2026-05-20 | rolling_activity | all        | 2026-W19 | 2026-05-04  | 0   | 1            | 1              | 1.0            | false
        2026-05-20 | rolling_activity | all        | 2026-W19 | 2026-05-04  | 1   | 1            | 0              | 0.0            | false
        2026-05-20 | rolling_activity | all        | 2026-W19 | 2026-05-04  | 2   | 1            | 0              | -              | true
    """,
    )


def test_purchases_have_cohorts_of_their_own_and_repurchase_adds_up(spark: SparkSession) -> None:
    rows = found(SEEN).where("scheme = 'all' AND kind LIKE '%purchase'")
    expect(
        rows,
        RETENTION,
        """
        kind             | cohort   | age | cohort_count | returned_count | is_partial
        classic_purchase | 2026-W18 | 0   | 2            | 2              | false
        classic_purchase | 2026-W18 | 1   | 2            | 0              | false
        classic_purchase | 2026-W18 | 2   | 2            | 1              | false
        classic_purchase | 2026-W18 | 3   | 2            | 0              | true
        rolling_purchase | 2026-W18 | 0   | 2            | 2              | false
        rolling_purchase | 2026-W18 | 1   | 2            | 1              | false
        rolling_purchase | 2026-W18 | 2   | 2            | 1              | false
        rolling_purchase | 2026-W18 | 3   | 2            | 0              | true
        repurchase       | 2026-W18 | 0   | 2            | 0              | false
        repurchase       | 2026-W18 | 1   | 2            | 0              | false
        repurchase       | 2026-W18 | 2   | 2            | 1              | false
        repurchase       | 2026-W18 | 3   | 2            | 1              | true
    """,
    )


def test_segments_of_the_named_schemes_have_cohorts_of_their_members(spark: SparkSession) -> None:
    rows = found(SEEN).where("scheme <> 'all' AND kind = 'classic_activity'")
    expect(
        rows,
        RETENTION,
        """
        scheme    | segment_id | cohort   | age | cohort_count | returned_count
        behaviour | busy       | 2026-W18 | 0   | 1            | 1
        behaviour | busy       | 2026-W18 | 1   | 1            | 1
        behaviour | busy       | 2026-W18 | 2   | 1            | 0
        behaviour | busy       | 2026-W18 | 3   | 1            | 1
    """,
    )


def test_months_end_with_their_last_day(spark: SparkSession) -> None:
    """On the last of May the month is over."""
    days = """
        user_id | platform | event_date | purchase_count | subscribe_count | renew_count
        ann     | academy  | 2026-03-31 | 0              | 0               | 0
        ann     | academy  | 2026-05-31 | 0              | 0               | 0
    """
    rows = found(days, date(2026, 5, 31), cohort_by="month").where("kind = 'classic_activity'")
    expect(
        rows,
        RETENTION,
        """
        cohort  | cohort_date | age | returned_count | is_partial
        2026-03 | 2026-03-01  | 0   | 1              | false
        2026-03 | 2026-03-01  | 1   | 0              | false
        2026-03 | 2026-03-01  | 2   | 1              | false
    """,
    )


TERMS = """
    user_id | platform | event_date | purchase_count | subscribe_count | renew_count
    ann     | academy  | 2026-03-02 | 0              | 1               | 0
    ann     | academy  | 2026-04-01 | 0              | 0               | 1
    ann     | academy  | 2026-05-01 | 0              | 0               | 1
    bob     | academy  | 2026-03-02 | 0              | 1               | 0
    bob     | academy  | 2026-04-02 | 0              | 0               | 1
    cal     | academy  | 2026-03-02 | 0              | 1               | 0
    cal     | academy  | 2026-03-20 | 0              | 1               | 0
    dan     | academy  | 2026-03-08 | 0              | 0               | 1
    dan     | academy  | 2026-04-07 | 0              | 0               | 1
"""


@pytest.mark.parametrize(
    ("day", "rows"),
    [
        (date(2026, 5, 31), "0 | 4 | false\n1 | 2 | false\n2 | 1 | false\n3 | 0 | true"),
        (date(2026, 5, 7), "0 | 4 | false\n1 | 2 | false\n2 | 1 | false"),
        (date(2026, 5, 6), "0 | 4 | false\n1 | 2 | false\n2 | 1 | true"),
        (date(2026, 4, 30), "0 | 4 | false\n1 | 2 | false"),
    ],
)
def test_a_renewal_in_time_keeps_the_chain_and_a_term_that_runs_is_no_loss(spark: SparkSession, day, rows) -> None:
    """Terms of 30 days: ann renews twice in time, bob a day late, cal subscribes anew, dan began before the data do."""
    known = "\n".join(
        line for line in TERMS.strip().splitlines() if line.split("|")[2].strip() <= str(day) or "user" in line
    )
    told = found(known, day, cohorts=20, renewal_days=30).where("scheme = 'all' AND kind = 'renewal'")
    expect(told, RETENTION, f"age | returned_count | is_partial\n{rows}")


def test_no_days_no_cohorts(spark: SparkSession) -> None:
    assert found(SEEN.strip().splitlines()[0]).collect() == []
