from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import SparkSession

from learnlake.behaviour.moments.rules.drawn import drawn
from learnlake.behaviour.moments.settings import Moment, MomentSettings
from learnlake.lake.tables.silver import USER_DAYS
from tests.drawing import draw

DAY = date(2026, 5, 31)
BUYS = MomentSettings(kinds={"first_purchase": Moment(first=("purchase",))}, over_days=60)
LEAVES = MomentSettings(kinds={"leaving": Moment(silence_days=14)}, over_days=60)


def told(text: str, settings: MomentSettings) -> dict[str, tuple[bool, date]]:
    rows = drawn(draw(USER_DAYS, text), settings, DAY).collect()
    assert len({row.user_id for row in rows}) == len(rows)
    return {row.user_id: (row.is_case, row.last_date) for row in rows}


def test_a_case_is_looked_at_before_the_first_purchase_and_a_control_before_a_day_of_its_own(
    spark: SparkSession,
) -> None:
    """Hasty buys in the first week and old bought before the 60 days: nothing can be said of them, nor of new, who is too new."""
    found = told(
        """
        user_id | platform | event_date | purchase_count
        case    | a        | 2026-05-01 | 0
        case    | a        | 2026-05-10 | 1
        case    | a        | 2026-05-12 | 1
        control | a        | 2026-05-01 | 0
        control | a        | 2026-05-20 | 0
        hasty   | a        | 2026-05-01 | 0
        hasty   | a        | 2026-05-07 | 1
        hasty   | a        | 2026-05-20 | 0
        old     | a        | 2026-01-01 | 0
        old     | a        | 2026-02-01 | 1
        old     | a        | 2026-05-20 | 0
        new     | a        | 2026-05-25 | 0
        new     | a        | 2026-05-31 | 0
        """,
        BUYS,
    )
    assert found == {"case": (True, date(2026, 5, 9)), "control": (False, date(2026, 5, 19))}


def test_who_leaves_is_looked_at_to_the_last_day_and_who_stays_to_a_day_that_is_followed(spark: SparkSession) -> None:
    """Stays had a long silence from 10 to 28 May, so only 9 May, which 10 May follows, can be drawn."""
    found = told(
        """
        user_id | platform | event_date
        leaves  | a        | 2026-04-20
        leaves  | a        | 2026-05-17
        stays   | a        | 2026-04-20
        stays   | a        | 2026-05-09
        stays   | a        | 2026-05-10
        stays   | a        | 2026-05-28
        unsure  | a        | 2026-04-20
        unsure  | a        | 2026-05-18
        """,
        LEAVES,
    )
    assert found == {"leaves": (True, date(2026, 5, 17)), "stays": (False, date(2026, 5, 9))}


def test_a_draw_is_fair_and_the_same_again(spark: SparkSession) -> None:
    days = [date(2026, 5, 1) + timedelta(days=n) for n in (0, 10, 20)]
    rows = "\n".join(f"u{n} | a | {day}" for n in range(200) for day in days)
    found = told(f"user_id | platform | event_date\n{rows}", BUYS)
    assert found == told(f"user_id | platform | event_date\n{rows}", BUYS)
    early = sum(last == date(2026, 5, 10) for _, last in found.values())
    assert 75 < early < 125
