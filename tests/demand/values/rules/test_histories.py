from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from learnlake.demand.values.rules.histories import bought_days, histories, snapshots
from learnlake.lake import columns as c
from learnlake.lake.columns import Named
from learnlake.lake.tables.silver import USER_DAYS
from tests.drawing import draw, expect

MAY_1 = date(2026, 5, 1)
OUT = tuple(
    Named(name, kind, "a number of a history")
    for name, kind in {
        **dict.fromkeys(("user_id",), c.STRING),
        **dict.fromkeys(("recency_weeks", "age_weeks", "first_paid", "mean_paid", "ahead_weeks", "paid"), c.DOUBLE),
        **dict.fromkeys(("repeat_count", "bought_4w", "bought_8w", "bought_13w", "paid_count", "later_count"), c.LONG),
        **dict.fromkeys(("snapshot_date", "event_date"), c.DATE),
    }.items()
)
DAYS = """
    user_id | platform | event_date | purchase_count | renew_count | view_count | spend_amount
    ann     | school   | 2026-01-02 | 1              | 0           | 0          | 10.00
    ann     | forum    | 2026-01-02 | 2              | 0           | 0          | 5.00
    ann     | school   | 2026-03-13 | 0              | 1           | 3          | 20.00
    ann     | school   | 2026-04-03 | 0              | 0           | 9          | 0.00
    ann     | school   | 2026-04-10 | 1              | 0           | 0          | 0.00
    ann     | school   | 2026-05-02 | 1              | 0           | 0          | 99.00
    bob     | school   | 2026-05-01 | 1              | 0           | 0          | -3.00
    cas     | school   | 2026-05-03 | 1              | 0           | 0          | 4.00
    dan     | school   | 2026-02-01 | 0              | 0           | 5          | 0.00
"""


def test_days_of_purchase_count_once_over_all_platforms(spark: SparkSession) -> None:
    expect(
        bought_days(draw(USER_DAYS, DAYS), ("purchase", "renew")).where("user_id = 'ann'"),
        OUT,
        """
        user_id | event_date | paid
        ann     | 2026-01-02 | 15.0
        ann     | 2026-03-13 | 20.0
        ann     | 2026-04-10 | 0.0
        ann     | 2026-05-02 | 99.0
    """,
    )


def test_a_history_by_hand_knows_nothing_later(spark: SparkSession) -> None:
    """ann bought on three days in 14 weeks, of which two were paid; cas comes after the day and dan never buys."""
    bought = bought_days(draw(USER_DAYS, DAYS), ("purchase", "renew"))
    expect(
        histories(bought, MAY_1, 7),
        OUT,
        """
        user_id | repeat_count | recency_weeks | age_weeks | bought_4w | bought_8w | bought_13w | first_paid | paid_count | mean_paid | snapshot_date | ahead_weeks | later_count
        ann     | 2            | 14.0          | 17.0      | 1         | 2         | 2          | 15.0       | 2          | 17.5      | 2026-05-01    | 1.0         | 1
        bob     | 0            | 0.0           | 0.0       | 1         | 1         | 1          | -3.0       | 0          | -         | 2026-05-01    | 1.0         | 0
    """,
    )
    assert [row.later_count for row in histories(bought, MAY_1).collect()] == [0, 0]


@pytest.mark.parametrize(
    ("first", "found"),
    [
        (date(2025, 1, 1), [(date(2026, 2, 27), 63), (date(2026, 2, 13), 63), (date(2026, 1, 30), 63)]),
        (date(2026, 3, 2), [(date(2026, 4, 16), 15), (date(2026, 4, 2), 15)]),
        (date(2026, 4, 28), []),
    ],
)
def test_earlier_days_lie_in_the_second_half_and_look_no_further_than_the_history(first, found) -> None:
    assert list(snapshots(MAY_1, first, 3, 14, 63)) == found
