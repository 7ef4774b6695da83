from __future__ import annotations

from datetime import date, timedelta

import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.rules.states import states
from learnlake.behaviour.journeys.settings import LifeCycle
from learnlake.lake.tables.silver import USER_DAYS
from tests.drawing import draw

DAY = date(2026, 5, 31)


def state(spark: SparkSession, *ago: int, **rules: int) -> str:
    """The state of a user who was active so many days ago."""
    lines = [f"ann | academy | {DAY - timedelta(days=days)}" for days in ago]
    days = draw(USER_DAYS, "\n".join(["user_id | platform | event_date", *lines]))
    return str(states(days, LifeCycle(**rules), {"now": DAY}).first().now)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        ((27,), "new"),
        ((0,), "new"),
        ((28, 27), "active"),
        ((28,), "dormant"),
        ((89,), "dormant"),
        ((90,), "lost"),
        ((56, 0), "back"),
        ((55, 0), "active"),
        ((300, 27, 5), "back"),
        ((300, 30, 5), "active"),
        ((-1,), "unseen"),
        ((29, -1), "dormant"),
    ],
)
def test_each_state_begins_on_its_day(spark: SparkSession, ago, said) -> None:
    assert state(spark, *ago) == said


@pytest.mark.parametrize(
    ("rules", "ago", "said"),
    [
        ({"new_days": 7}, (20, 10), "active"),
        ({"new_days": 7}, (20,), "active"),
        ({"new_days": 60}, (50,), "new"),
        ({"active_days": 7, "lost_days": 14}, (40, 14), "lost"),
        ({"active_days": 7, "lost_days": 14}, (40, 14, 6), "back"),
        ({"active_days": 7, "lost_days": 14}, (40, 13, 6), "active"),
    ],
)
def test_the_days_are_those_of_conf(spark: SparkSession, rules, ago, said) -> None:
    assert state(spark, *ago, **rules) == said
