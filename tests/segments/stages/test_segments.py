from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENTS
from learnlake.segments.stages.segments import segments
from tests.drawing import draw, expect
from tests.segments.stages.test_segment_members import MODEL


def test_sizes_shares_names_and_how_clear_the_cut_is(spark: SparkSession) -> None:
    members = draw(
        SEGMENT_MEMBERS,
        """
        scheme    | user_id | segment_id | distance | second_distance
        behaviour | ann     | idle       | 0.0      | 2.0
        behaviour | bob     | idle       | 1.0      | 2.0
        behaviour | cal     | idle       | 1.0      | 1.0
    """,
    )
    expect(
        segments(members, as_of=date(2026, 5, 1), model=MODEL, version="3"),
        SEGMENTS,
        """
        as_of_date | segment_id | segment_name | segment_name_zh | member_count | member_share | silhouette | apart_by                                            | model_version
        2026-05-01 | idle       | idle         | 闲              | 3            | 1.0          | 0.5        | {'study_count_90d': 0.0, 'browse_count_90d': 0.0}   | 3
        2026-05-01 | busy       | busy         | 忙              | 0            | 0.0          | -          | {'study_count_90d': 2.0, 'browse_count_90d': 0.0}   | 3
    """,
    )
