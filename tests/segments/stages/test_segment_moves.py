from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake.stage import Published
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENT_MOVES
from learnlake.segments.rules.identity import Change
from learnlake.segments.stages.segment_moves import segment_moves
from tests.drawing import draw, expect
from tests.segments.cuts import cut

DAY = date(2026, 5, 2)
YESTERDAY = """
    as_of_date | scheme    | user_id | segment_id | model_version
    2026-05-01 | behaviour | ann     | idle       | 3
    2026-05-01 | behaviour | bob     | idle       | 3
    2026-05-01 | behaviour | cal     | idle       | 3
    2026-05-01 | behaviour | dan     | old        | 3
"""
TODAY = """
    as_of_date | scheme    | user_id | segment_id | model_version
    2026-05-02 | behaviour | ann     | idle       | 4
    2026-05-02 | behaviour | bob     | busy       | 4
    2026-05-02 | behaviour | cal     | busy       | 4
    2026-05-02 | behaviour | eve     | idle       | 4
    2026-05-02 | other     | eve     | new        | 4
"""
CHANGES = (Change("split", "idle", "busy"), Change("death", "old", "outside"), Change("birth", "outside", "third"))


def test_users_are_counted_by_their_ways_and_a_scheme_without_an_earlier_day_has_none(spark: SparkSession) -> None:
    found = segment_moves(draw(SEGMENT_MEMBERS, TODAY), draw(SEGMENT_MEMBERS, YESTERDAY), as_of=DAY, models={})
    expect(
        found,
        SEGMENT_MOVES,
        """
        as_of_date | scheme    | from_segment_id | to_segment_id | move_kind | moved_count | before_date
        2026-05-02 | behaviour | idle            | busy          | move      | 2           | 2026-05-01
        2026-05-02 | behaviour | old             | outside       | leave     | 1           | 2026-05-01
        2026-05-02 | behaviour | outside         | idle          | enter     | 1           | 2026-05-01
    """,
    )


def test_a_retraining_says_what_became_of_segments_on_its_first_day_only(spark: SparkSession) -> None:
    today, models = draw(SEGMENT_MEMBERS, TODAY), {"behaviour": Published(cut(CHANGES), "4")}
    expect(
        segment_moves(today, draw(SEGMENT_MEMBERS, YESTERDAY), as_of=DAY, models=models),
        SEGMENT_MOVES,
        """
        from_segment_id | to_segment_id | move_kind | moved_count
        idle            | busy          | split     | 2
        old             | outside       | death     | 1
        outside         | third         | birth     | 0
        outside         | idle          | enter     | 1
    """,
    )
    assert segment_moves(today, today, as_of=DAY, models=models).count() == 0
