from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.settings import JourneySettings
from learnlake.behaviour.journeys.stages.life_cycle import life_cycle
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.journeys import LIFE_CYCLE, USER_STATES
from tests.drawing import draw, expect

STATES = """
    as_of_date | user_id | life_state | former_life_state | former_date
    2026-05-31 | ann     | active     | active            | 2026-05-03
    2026-05-31 | bob     | active     | active            | 2026-05-03
    2026-05-31 | cal     | dormant    | active            | 2026-05-03
    2026-05-31 | dan     | new        | unseen            | 2026-05-03
"""
MEMBERS = """
    scheme    | user_id | segment_id
    behaviour | ann     | busy
    behaviour | cal     | busy
    behaviour | dan     | -
    job       | bob     | baker
"""


def found(states: str):
    return life_cycle(
        draw(USER_STATES, states), draw(SEGMENT_MEMBERS, MEMBERS), as_of=date(2026, 5, 31), settings=JourneySettings()
    )


def test_each_way_is_counted_beside_those_who_could_have_gone_it(spark: SparkSession) -> None:
    expect(
        found(STATES),
        LIFE_CYCLE,
        """
        as_of_date | scheme    | segment_id | from_state | to_state | user_count | from_count | flow_share        | total_share | former_date
        2026-05-31 | all       | all        | active     | active   | 2          | 3          | 0.666666666666667 | 0.5         | 2026-05-03
        2026-05-31 | all       | all        | active     | dormant  | 1          | 3          | 0.333333333333333 | 0.25        | 2026-05-03
        2026-05-31 | all       | all        | unseen     | new      | 1          | 1          | 1.0               | 0.25        | 2026-05-03
        2026-05-31 | behaviour | busy       | active     | active   | 1          | 2          | 0.5               | 0.5         | 2026-05-03
        2026-05-31 | behaviour | busy       | active     | dormant  | 1          | 2          | 0.5               | 0.5         | 2026-05-03
    """,
    )
    row = found(STATES).where("segment_id = 'busy' AND to_state = 'active'").first()
    # half of two, by hand: the centre is .5, half the width 1.96 sqrt(.25 / 2 + 3.8415 / 16) / (1 + 3.8415 / 2)
    assert (row.flow_low_share, row.flow_high_share) == pytest.approx((0.0945, 0.9055), abs=1e-4)


def test_without_users_there_are_no_ways(spark: SparkSession) -> None:
    assert found(STATES.strip().splitlines()[0]).collect() == []
