from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.moments.answers import before, sequels
from learnlake.lake.tables.moments import MOMENTS, PURCHASE_SEQUELS
from tests.drawing import draw

DAY = date(2026, 5, 31)
FOUND = """
    as_of_date | moment  | scheme | segment_id | deed   | case_share | case_count | control_share | control_count | difference | difference_low | difference_high | effect_size | contrast_q | case_mean | control_mean
    2026-05-31 | leaving | all    | all        | view   | 0.5        | 10         | 0.6           | 20            | -0.1       | -0.4           | 0.2             | -0.2        | 0.5        | 1.0       | 2.0
    2026-05-31 | leaving | all    | all        | search | 0.1        | 10         | 0.9           | 20            | -0.8       | -0.9           | -0.6            | -1.9        | 0.001      | 0.1       | 2.5
    2026-05-31 | leaving | job    | baker      | view   | 0.1        | 10         | 0.9           | 20            | -0.8       | -0.9           | -0.6            | -1.9        | 0.001      | 0.1       | 2.5
    2026-05-30 | leaving | all    | all        | ask    | 0.1        | 10         | 0.9           | 20            | -0.8       | -0.9           | -0.6            | -1.9        | 0.001      | 0.1       | 2.5
"""
PAIRS = """
    as_of_date | platform | bought_item | next_item | case_share | case_count | control_share | control_count | difference | difference_low | difference_high | median_lag | after_count | before_count | order_q
    2026-05-31 | a        | book        | chapter   | 0.75       | 12         | 0.01          | 100           | 0.74       | 0.4            | 0.9             | 2.04       | 9           | 0            | 0.01
    2026-05-31 | a        | course      | book      | 0.95       | 20         | 0.01          | 100           | 0.94       | 0.8            | 0.98            | 3.0        | 19          | 0            | 0.001
"""


def test_the_largest_effect_comes_first_and_a_bar_can_be_set(spark: SparkSession) -> None:
    rows = before(draw(MOMENTS, FOUND), as_of=DAY, moment="leaving").collect()
    assert [row.deed for row in rows] == ["search", "view"]
    assert rows[0]["of those"] == "10.0 % of 10"
    assert rows[0]["points apart"] == "-80.0 (95 % -90.0 to -60.0)"
    assert [row.deed for row in before(draw(MOMENTS, FOUND), as_of=DAY, moment="leaving", most_q=0.05).collect()] == [
        "search"
    ]
    assert before(draw(MOMENTS, FOUND), as_of=DAY, moment="leaving", scheme="job").first().segment == "baker"


def test_what_follows_is_said_in_both_languages_of_one_item_or_of_all(spark: SparkSession) -> None:
    rows = sequels(draw(PURCHASE_SEQUELS, PAIRS), as_of=DAY).collect()
    assert [row.bought for row in rows] == ["course", "book"]
    assert rows[1].said == "Of the buyers of book, 75 % take up chapter, after 2.0 days in the median; of others 1 %."
    assert rows[1].said_zh == "购买 book 的用户中，75 % 随后选择了 chapter，中位间隔 2.0 天；其他用户为 1 %。"
    assert rows[1]["after : before"] == "9 : 0"
    assert sequels(draw(PURCHASE_SEQUELS, PAIRS), as_of=DAY, item="chapter").count() == 1
