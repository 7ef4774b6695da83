from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.moments.answers import before
from learnlake.behaviour.moments.settings import Moment, MomentSettings
from learnlake.behaviour.moments.stages.moments import moments
from learnlake.lake.conform import conform
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.moments import MOMENTS
from learnlake.lake.tables.silver import USER_DAYS
from tests.drawing import draw, expect

DAY = date(2026, 5, 31)
BUYS = MomentSettings(kinds={"first_purchase": Moment(first=("purchase",))}, schemes=("job",))
NOBODY = "user_id | scheme | segment_id"
DAYS = """
    user_id | platform | event_date | purchase_count | search_count | view_count
    ann     | a        | 2026-05-01 | 0              | 0            | 9
    ann     | a        | 2026-05-08 | 0              | 2            | 0
    ann     | b        | 2026-05-08 | 0              | 1            | 0
    ann     | a        | 2026-05-13 | 0              | 1            | 0
    ann     | a        | 2026-05-14 | 0              | 1            | 0
    ann     | a        | 2026-05-15 | 1              | 9            | 9
    bob     | a        | 2026-05-01 | 0              | 0            | 0
    bob     | a        | 2026-05-20 | 1              | 0            | 0
    cal     | a        | 2026-05-01 | 0              | 0            | 0
    cal     | a        | 2026-05-07 | 0              | 1            | 1
    cal     | a        | 2026-05-08 | 0              | 0            | 0
"""
BAKERS = "user_id | scheme | segment_id\nann | job | baker\ncal | job | baker\nann | age | old"


def found(days: str, members: str = NOBODY, settings: MomentSettings = BUYS):
    return moments(draw(USER_DAYS, days), draw(SEGMENT_MEMBERS, members), as_of=DAY, settings=settings)


def test_deeds_of_the_week_before_are_counted_of_buyers_and_of_others(spark: SparkSession) -> None:
    """Ann searches on three of the seven days before she buys, on two platforms; what she does on the day and before them counts not."""
    made = found(DAYS, BAKERS)
    conform(made, MOMENTS)
    expect(
        made,
        MOMENTS,
        """
        scheme | segment_id | deed       | case_count | case_hit_count | control_hit_count | case_mean | control_mean
        all    | all        | search     | 2          | 1              | 1                 | 2.5       | 1.0
        all    | all        | view       | 2          | 0              | 1                 | 0.0       | 1.0
        all    | all        | came_often | 2          | 1              | 0                 | 1.5       | 2.0
        job    | baker      | search     | 1          | 1              | 1                 | 5.0       | 1.0
        job    | baker      | view       | 1          | 0              | 1                 | 0.0       | 1.0
        job    | baker      | came_often | 1          | 1              | 0                 | 3.0       | 2.0
        """,
    )


def days_of(users: int, searches: tuple[float, float], seed: int = 3) -> str:
    """Draw users who come every other day; half of them buy on the last day, and search in the week before with the first chance."""
    dice, rows = (
        np.random.default_rng(seed),
        ["user_id | platform | event_date | purchase_count | search_count | view_count"],
    )
    for user in range(users):
        is_buyer = user % 2 == 0
        does = dice.random() < searches[0 if is_buyer else 1]
        for day in range(0, 15, 2):
            last = day == 14
            searched = int(does and day in (8, 12))
            rows.append(
                f"u{user} | a | {DAY - timedelta(days=14 - day)} | {int(is_buyer and last)} | {searched} | {dice.integers(2)}"
            )
    return "\n".join(rows)


def test_what_was_planted_before_a_purchase_is_told_with_its_size_and_nothing_else(spark: SparkSession) -> None:
    """60 % of buyers and 20 % of others search: h = 0.84; a control is looked at before any of its days from the eighth on."""
    made = found(days_of(400, (0.6, 0.2)))
    row = made.where("deed = 'search'").first()
    assert row.contrast_q < 1e-6
    assert row.difference_low < 0.4 < row.difference_high
    assert row.effect_size == pytest.approx(0.84, abs=0.2)
    told = before(made, as_of=DAY, moment="first_purchase", most_q=0.05).collect()
    assert [row.deed for row in told] == ["search"]


def test_where_buyers_are_like_the_others_nothing_is_told(spark: SparkSession) -> None:
    assert found(days_of(400, (0.4, 0.4))).where("contrast_q <= 0.05 AND deed = 'view'").count() == 0


def test_a_lake_in_which_nobody_bought_has_no_row(spark: SparkSession) -> None:
    assert found("user_id | platform | event_date\nann | a | 2026-05-01").count() == 0
    assert found("user_id | platform | event_date").count() == 0
