from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake.tables.gold import SEGMENT_MEMBERS, USER_FEATURES
from learnlake.segments.models.kmeans import KMeansSegments
from learnlake.segments.stages.segment_members import segment_members
from tests.drawing import draw, expect

MODEL = KMeansSegments(
    ("study_count_90d", "browse_count_90d"), 2, 7, 10, means_=(0.0, 0.0), deviations_=(1.0, 1.0),
    centres_=((0.0, 0.0), (2.0, 0.0)), segment_ids_=("idle", "busy"), names_=("idle", "busy"), names_zh_=("闲", "忙"),
)  # fmt: skip


def test_a_stay_goes_on_while_the_segment_is_the_same_and_begins_anew_otherwise(spark: SparkSession) -> None:
    features = draw(
        USER_FEATURES,
        """
        as_of_date | user_id | study_count_90d | browse_count_90d
        2026-05-02 | ann     | 0               | 0
        2026-05-02 | bob     | 6               | 0
        2026-05-02 | eve     | 6               | 0
    """,
    )
    yesterday = draw(
        SEGMENT_MEMBERS,
        """
        as_of_date | scheme    | user_id | segment_id | member_since
        2026-05-01 | behaviour | ann     | idle       | 2026-03-01
        2026-05-01 | behaviour | bob     | idle       | 2026-03-01
        2026-05-01 | other     | eve     | busy       | 2026-03-01
    """,
    )
    found = segment_members(features, yesterday, as_of=date(2026, 5, 2), model=MODEL, version="3")
    expect(
        found,
        SEGMENT_MEMBERS,
        """
        as_of_date | scheme    | user_id | segment_id | member_since | second_segment_id | distance    | second_distance | model_version
        2026-05-02 | behaviour | ann     | idle       | 2026-03-01   | busy              | 0.0         | 2.0             | 3
        2026-05-02 | behaviour | bob     | busy       | 2026-05-02   | idle              | 0.054089851 | 1.945910149     | 3
        2026-05-02 | behaviour | eve     | busy       | 2026-05-02   | idle              | 0.054089851 | 1.945910149     | 3
    """,
    )
