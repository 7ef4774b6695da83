from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.lake import columns as c
from learnlake.lake.columns import DOUBLE, Named
from learnlake.lake.tables.silver import USER_TAGS
from learnlake.portraits.rules.observed import observed
from tests.drawing import draw, expect
from tests.portraits.drawn import MAY_1, NAMES, branch

COUNTED = (
    *(c.USER_ID, Named("branch", c.STRING, "a branch"), c.TAG, Named("evidence", DOUBLE, "decayed"), c.EVENT_COUNT),
    *(Named("last_date", c.DATE, "last day"), Named("total", DOUBLE, "of the branch")),
)
BANDS = {
    "night": {"names": NAMES, "from_hour": 22, "to_hour": 6},
    "day": {"names": NAMES, "from_hour": 6, "to_hour": 22},
}


def test_counts_are_halved_every_ten_days_and_neither_old_nor_future_ones_count(spark: SparkSession) -> None:
    tags = draw(
        USER_TAGS,
        """
        user_id | platform | event_date | tag_kind | tag    | tag_count
        ann     | school   | 2026-05-01 | topic    | python | 3
        ann     | forum    | 2026-04-21 | topic    | python | 4
        ann     | school   | 2026-04-11 | topic    | go     | 4
        ann     | school   | 2026-02-10 | topic    | go     | 256
        ann     | school   | 2026-02-09 | topic    | java   | 999
        ann     | school   | 2026-05-02 | topic    | java   | 999
        ann     | school   | 2026-05-01 | level    | senior | 999
        bob     | school   | 2026-05-01 | topic    | go     | 1
    """,
    )
    expect(
        observed(tags, {"interest": branch()}, MAY_1),
        COUNTED,
        """
        user_id | branch   | tag    | evidence | event_count | last_date  | total
        ann     | interest | python | 5.0      | 7           | 2026-05-01 | 7.0
        ann     | interest | go     | 2.0      | 260         | 2026-04-11 | 7.0
        bob     | interest | go     | 1.0      | 1           | 2026-05-01 | 1.0
    """,
    )


def test_hours_become_bands_and_a_closed_branch_takes_its_own_tags_alone(spark: SparkSession) -> None:
    tags = draw(
        USER_TAGS,
        """
        user_id | platform | event_date | tag_kind | tag    | tag_count
        ann     | school   | 2026-05-01 | hour     | 22     | 1
        ann     | school   | 2026-05-01 | hour     | 05     | 2
        ann     | school   | 2026-05-01 | hour     | 06     | 4
        ann     | school   | 2026-05-01 | hour     | noon   | 8
        ann     | school   | 2026-05-01 | topic    | python | 1
        ann     | school   | 2026-05-01 | topic    | figma  | 1
    """,
    )
    closed = branch(values={"python": {"names": NAMES}}, is_closed=True)
    branches = {"hours": branch(observed=["hour"], bands=BANDS), "programming": closed, "interest": branch()}
    expect(
        observed(tags, branches, MAY_1),
        COUNTED,
        """
        user_id | branch      | tag    | evidence | event_count | total
        ann     | hours       | night  | 3.0      | 3           | 7.0
        ann     | hours       | day    | 4.0      | 4           | 7.0
        ann     | programming | python | 1.0      | 1           | 1.0
        ann     | interest    | python | 1.0      | 1           | 2.0
        ann     | interest    | figma  | 1.0      | 1           | 2.0
    """,
    )


def test_branches_have_half_lives_of_their_own(spark: SparkSession) -> None:
    tags = draw(
        USER_TAGS,
        "user_id | platform | event_date | tag_kind | tag | tag_count\nann | school | 2026-01-31 | topic | go | 8",
    )
    branches = {"short": branch(), "long": branch(half_life_days=90)}
    expect(observed(tags, branches, MAY_1), COUNTED, "user_id | branch | evidence\nann | long | 4.0")
