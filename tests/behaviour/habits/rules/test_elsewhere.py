from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.habits.rules.elsewhere import HURDLES, elsewhere
from learnlake.lake import columns as c
from tests.drawing import draw, expect

COUNTED = (
    *(c.ITEM_ID, c.PLATFORM, c.ITEM_KIND, c.PART_OF, c.COURSE_PLACE, c.Named("is_last", c.BOOLEAN, "")),
    *(c.Named(f"{hurdle}_{of}", c.LONG, "") for hurdle in HURDLES for of in ("hits", "whole")),
)
ITEMS = """
    item_id | platform | item_kind  | part_of  | course_place | is_last | fail_hits | fail_whole | retry_hits | retry_whole | stop_hits | stop_whole
    a1      | school   | assessment | course/a | 1            | false   | 8         | 10         | 0          | 0           | 2         | 10
    a2      | school   | assessment | course/a | 2            | false   | 1         | 10         | 0          | 0           | 0         | 0
    a3      | school   | assessment | course/a | 3            | true    | 2         | 10         | 0          | 0           | 9         | 10
    b1      | school   | assessment | course/b | 1            | false   | 5         | 20         | 0          | 0           | 1         | 20
    b2      | school   | chapter    | course/b | 2            | true    | 0         | 0          | 0          | 0           | 4         | 5
    x1      | other    | assessment | course/x | 1            | false   | 3         | 7          | 0          | 0           | 3         | 7
    c       | school   | course     | -        | -            | -       | 6         | 9          | 0          | 0           | 0         | 0
"""


def test_an_item_stands_beside_those_it_is_like(spark: SparkSession) -> None:
    """b1 has no other assessment in its course and is compared with all of the platform; x1 and c have none at all.

    Of stops, a1 and b1 are both first; a3 and b2 are last ones, and each the only one of its kind at its place: they stand beside the
    other parts of their courses. Nobody retried, so there is no row of it.
    """
    found = elsewhere(draw(COUNTED, ITEMS))
    expect(
        found,
        (
            *(c.ITEM_ID, c.Named("hurdle", c.STRING, "")),
            *(c.CASE_HIT_COUNT, c.CASE_COUNT, c.CONTROL_HIT_COUNT, c.CONTROL_COUNT),
        ),
        """
        item_id | hurdle | case_hit_count | case_count | control_hit_count | control_count
        a1      | fail   | 8              | 10         | 3                 | 20
        a2      | fail   | 1              | 10         | 10                | 20
        a3      | fail   | 2              | 10         | 9                 | 20
        b1      | fail   | 5              | 20         | 11                | 30
        x1      | fail   | 3              | 7          | 0                 | 0
        c       | fail   | 6              | 9          | 0                 | 0
        a1      | stop   | 2              | 10         | 1                 | 20
        b1      | stop   | 1              | 20         | 2                 | 10
        a3      | stop   | 9              | 10         | 2                 | 10
        b2      | stop   | 4              | 5          | 1                 | 20
        x1      | stop   | 3              | 7          | 0                 | 0
        """,
    )


def test_each_hurdle_is_a_family_of_tests(spark: SparkSession) -> None:
    """Four tests of failing have controls, so the smallest p counts four times."""
    [row] = elsewhere(draw(COUNTED, ITEMS)).where("item_id = 'a1' AND hurdle = 'fail'").collect()
    assert row.contrast_q == pytest.approx(4 * row.contrast_p)
    assert row.contrast_q < 0.05
