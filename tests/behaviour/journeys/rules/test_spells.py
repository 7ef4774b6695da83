from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.rules.spells import spells
from learnlake.behaviour.journeys.settings import Spell
from learnlake.lake.tables.silver import USER_DAYS
from tests.drawing import draw

KINDS = {
    "again": Spell(start=("purchase",), end=("purchase",)),
    "stays": Spell(start=("subscribe", "renew"), end=("cancel",)),
}
DAYS = """
    user_id | platform | event_date | purchase_count | subscribe_count | renew_count | cancel_count | view_count
    ann     | academy  | 2026-05-01 | 3              | 0               | 0           | 0            | 1
    ann     | forum    | 2026-05-01 | 1              | 0               | 0           | 0            | 1
    ann     | academy  | 2026-05-04 | 1              | 0               | 0           | 0            | 1
    ann     | academy  | 2026-05-09 | 1              | 0               | 0           | 0            | 1
    bob     | academy  | 2026-05-30 | 1              | 1               | 0           | 1            | 0
    cal     | academy  | 2026-05-01 | 0              | 0               | 0           | 1            | 0
    cal     | academy  | 2026-05-02 | 0              | 0               | 1           | 0            | 0
    cal     | academy  | 2026-05-20 | 0              | 1               | 0           | 0            | 0
    dan     | academy  | 2026-05-01 | 0              | 0               | 0           | 1            | 9
"""


def told(days: str) -> dict[tuple[str, str], tuple[int, bool]]:
    rows = spells(draw(USER_DAYS, days), KINDS, date(2026, 5, 31)).collect()
    return {(row.user_id, one.kind): (one.survival_day, one.has_ended) for row in rows for one in row.spells}


def test_the_first_spell_ends_with_the_first_end_after_its_start_or_goes_on(spark: SparkSession) -> None:
    """A cancellation before the start ends nothing, one on its day does; a second purchase is on a later day."""
    assert told(DAYS) == {
        ("ann", "again"): (3, True),
        ("bob", "again"): (1, False),
        ("bob", "stays"): (0, True),
        ("cal", "stays"): (29, False),
    }


def test_nobody_begins_nothing(spark: SparkSession) -> None:
    assert told(DAYS.strip().splitlines()[0]) == {}
