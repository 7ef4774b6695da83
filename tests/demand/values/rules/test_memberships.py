from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.demand.values.rules.memberships import grouped, memberships
from learnlake.lake import columns as c
from learnlake.lake.columns import Named
from learnlake.lake.tables.silver import USER_DAYS
from tests.drawing import draw, expect

OUT = (
    c.USER_ID,
    c.MEMBER_SINCE,
    Named("lasted", c.INTEGER, "days that it lasted"),
    Named("has_ended", c.BOOLEAN, "whether it ended"),
)
DAYS = """
    user_id | platform | event_date | subscribe_count | cancel_count
    ann     | school   | 2026-01-01 | 1               | 0
    ann     | school   | 2026-01-20 | 1               | 0
    ann     | school   | 2026-01-31 | 0               | 1
    ann     | forum    | 2026-02-05 | 0               | 1
    ann     | school   | 2026-03-02 | 1               | 0
    bob     | school   | 2026-02-01 | 0               | 1
    cas     | school   | 2026-02-01 | 1               | 0
    cas     | forum    | 2026-02-01 | 0               | 1
    dan     | school   | 2026-02-01 | 0               | 0
"""


def found(spark: SparkSession):
    return memberships(draw(USER_DAYS, DAYS), ("subscribe",), ("cancel",), date(2026, 5, 1))


def test_a_membership_goes_from_the_first_start_to_the_first_end_after_it(spark: SparkSession) -> None:
    """ann joins twice, her second cancellation ends nothing; bob's began before the data do; cas leaves on the first day."""
    expect(
        found(spark),
        OUT,
        """
        user_id | member_since | lasted | has_ended
        ann     | 2026-01-01   | 30     | true
        ann     | 2026-03-02   | 60     | false
        cas     | 2026-02-01   | 0      | true
    """,
    )


def test_they_are_counted_by_how_long_they_lasted(spark: SparkSession) -> None:
    spells = grouped(found(spark).unionByName(found(spark))).first().spells
    assert [tuple(one) for one in spells] == [(0, 1, 2), (30, 1, 2), (60, 0, 2)]
