from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.settings import JourneySettings
from learnlake.behaviour.journeys.stages.survival import survival
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.journeys import SURVIVAL
from learnlake.lake.tables.silver import USER_DAYS
from tests.drawing import draw, expect

# Second purchases after 3 days (ann) and 5 (bob); cal's 5 days and dan's 10 go on. eve leaves on the day she comes.
DAYS = """
    user_id | platform | event_date | purchase_count | subscribe_count | cancel_count
    ann     | academy  | 2026-05-01 | 1              | 0               | 0
    ann     | academy  | 2026-05-04 | 1              | 0               | 0
    bob     | academy  | 2026-05-10 | 1              | 0               | 0
    bob     | forum    | 2026-05-15 | 1              | 0               | 0
    cal     | academy  | 2026-05-26 | 2              | 0               | 0
    dan     | academy  | 2026-05-21 | 1              | 0               | 0
    eve     | academy  | 2026-05-21 | 0              | 1               | 1
"""
MEMBERS = """
    scheme    | user_id | segment_id
    behaviour | ann     | busy
    behaviour | cal     | busy
    behaviour | bob     | -
"""


def found(days: str):
    return survival(
        draw(USER_DAYS, days), draw(SEGMENT_MEMBERS, MEMBERS), as_of=date(2026, 5, 31), settings=JourneySettings()
    )


def test_curves_of_all_and_of_segments(spark: SparkSession) -> None:
    expect(
        found(DAYS),
        SURVIVAL,
        """
        as_of_date | kind            | scheme    | segment_id | survival_day | at_risk_count | ended_count | censored_count | survival_share
        2026-05-31 | second_purchase | all       | all        | 0            | 4             | 0           | 0              | 1.0
        2026-05-31 | second_purchase | all       | all        | 3            | 4             | 1           | 0              | 0.75
        2026-05-31 | second_purchase | all       | all        | 5            | 3             | 1           | 1              | 0.5
        2026-05-31 | second_purchase | all       | all        | 10           | 1             | 0           | 1              | 0.5
        2026-05-31 | second_purchase | behaviour | busy       | 0            | 2             | 0           | 0              | 1.0
        2026-05-31 | second_purchase | behaviour | busy       | 3            | 2             | 1           | 0              | 0.5
        2026-05-31 | second_purchase | behaviour | busy       | 5            | 1             | 0           | 1              | 0.5
        2026-05-31 | cancel          | all       | all        | 0            | 1             | 1           | 0              | 0.0
    """,
    )


def test_without_purchases_there_is_no_curve(spark: SparkSession) -> None:
    assert found(DAYS.strip().splitlines()[0]).collect() == []
