from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.series.settings import SeriesSettings
from learnlake.behaviour.series.stages.backtest_series import backtest_series
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.series import BACKTEST_SERIES
from learnlake.lake.tables.silver import ITEMS, USER_DAYS
from tests.drawing import draw, expect

DAYS = """
    user_id | platform | event_date | ask_count
    ann     | forum    | 2026-03-02 | 1
    bob     | forum    | 2026-03-02 | 2
"""
NOW = """
    as_of_date | scheme | segment_id | user_id
    2026-03-02 | level  | senior     | ann
    2026-03-02 | level  | senior     | bob
    2026-03-02 | value  | buyers     | ann
"""
THEN = """
    as_of_date | scheme | segment_id | user_id
    2026-01-01 | level  | junior     | ann
    2026-01-01 | level  | senior     | bob
"""


def test_members_are_those_of_an_earlier_day_or_of_today_where_a_scheme_is_young(spark: SparkSession) -> None:
    made = backtest_series(
        draw(USER_DAYS, DAYS),
        draw(SEGMENT_MEMBERS, NOW),
        draw(SEGMENT_MEMBERS, THEN),
        draw(ITEMS, "item_id | known_from\n").limit(0),
        as_of=date(2026, 3, 2),
        settings=SeriesSettings(),
    )
    expect(
        made.where("metric = 'questions' AND period = 'day'"),
        BACKTEST_SERIES,
        """
        as_of_date | scheme   | segment_id | period_start | value | members_date
        2026-03-02 | all      | all        | 2026-03-02   | 3.0   | -
        2026-03-02 | platform | forum      | 2026-03-02   | 3.0   | -
        2026-03-02 | level    | junior     | 2026-03-02   | 1.0   | 2026-01-01
        2026-03-02 | level    | senior     | 2026-03-02   | 2.0   | 2026-01-01
        2026-03-02 | level    | outside    | 2026-03-02   | 0.0   | 2026-01-01
        2026-03-02 | value    | buyers     | 2026-03-02   | 1.0   | 2026-03-02
        2026-03-02 | value    | outside    | 2026-03-02   | 2.0   | 2026-03-02
    """,
    )
