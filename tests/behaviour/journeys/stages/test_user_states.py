from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.settings import JourneySettings
from learnlake.behaviour.journeys.stages.user_states import user_states
from learnlake.lake.tables.journeys import USER_STATES
from learnlake.lake.tables.silver import USER_DAYS
from tests.drawing import draw, expect

DAYS = """
    user_id | platform | event_date
    ann     | academy  | 2026-05-10
    bob     | academy  | 2026-04-20
    bob     | forum    | 2026-05-30
    bob     | forum    | 2026-06-01
    cal     | academy  | 2026-01-01
    cal     | academy  | 2026-05-31
    dan     | academy  | 2026-03-04
    zoe     | academy  | 2026-06-01
"""


def test_users_have_a_state_now_and_28_days_before_and_nothing_later_counts(spark: SparkSession) -> None:
    expect(
        user_states(draw(USER_DAYS, DAYS), as_of=date(2026, 5, 31), settings=JourneySettings()),
        USER_STATES,
        """
        as_of_date | user_id | life_state | former_life_state | former_date
        2026-05-31 | ann     | new        | unseen            | 2026-05-03
        2026-05-31 | bob     | active     | new               | 2026-05-03
        2026-05-31 | cal     | back       | lost              | 2026-05-03
        2026-05-31 | dan     | dormant    | dormant           | 2026-05-03
    """,
    )
