from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.lake.tables.gold import SEGMENT_MEMBERS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES, USER_DAYS, USER_TAGS
from learnlake.segments.stages.segment_members import segment_members
from tests.drawing import draw, expect
from tests.segments.cuts import MODELS, WORDS, schemes

DAY = date(2026, 5, 2)
FEATURES = """
    as_of_date | user_id | study_count_90d | browse_count_90d | idle_days | platforms
    2026-05-02 | ann     | 0               | 0                | 1         | ['school']
    2026-05-02 | bob     | 6               | 0                | 1         | ['school']
    2026-05-02 | eve     | 2               | 0                | 90        | ['forum']
"""


def members(yesterday: str, conf, models=MODELS, accounts: str = "user_id"):
    people = draw(ACCOUNTS, "account_id | known_from | profession\nann | 2026-01-01T00:00:00 | testing")
    days = draw(USER_DAYS, "user_id | event_date | ask_count\nann | 2026-05-01 | 4")
    tags = draw(USER_TAGS, "user_id | event_date | tag_kind | tag | tag_count\nann | 2026-05-02 | topic | sql | 3")
    frames = (draw(USER_FEATURES, FEATURES), days, tags, people, draw(IDENTITIES, "account_id\nx").limit(0))
    return segment_members(*frames, draw(SEGMENT_MEMBERS, yesterday), as_of=DAY, schemes=conf, models=models)


def test_a_stay_goes_on_while_the_segment_is_the_same_and_begins_anew_otherwise(spark: SparkSession) -> None:
    yesterday = """
        as_of_date | scheme    | user_id | segment_id | member_since | previous_segment_id
        2026-05-01 | behaviour | ann     | idle       | 2026-03-01   | busy
        2026-05-01 | behaviour | bob     | idle       | 2026-03-01   | -
        2026-05-01 | other     | eve     | idle       | 2026-03-01   | -
    """
    expect(
        members(yesterday, schemes()),
        SEGMENT_MEMBERS,
        """
        as_of_date | scheme    | user_id | segment_id | member_since | previous_segment_id | second_segment_id | distance    | second_distance | is_held | model_version
        2026-05-02 | behaviour | ann     | idle       | 2026-03-01   | busy                | busy              | 0.0         | 2.0             | false   | 3
        2026-05-02 | behaviour | bob     | busy       | 2026-05-02   | idle                | idle              | 0.054089851 | 1.945910149     | false   | 3
        2026-05-02 | behaviour | eve     | busy       | 2026-05-02   | -                   | idle              | 0.901387711 | 1.098612289     | false   | 3
    """,
    )


def test_a_user_stays_while_the_new_segment_is_not_clearly_nearer(spark: SparkSession) -> None:
    """eve is 1.099 from where she was and 0.901 from the other: not a quarter farther."""
    yesterday = """
        as_of_date | scheme    | user_id | segment_id | member_since
        2026-05-01 | behaviour | eve     | idle       | 2026-03-01
    """
    found = members(yesterday, schemes()).where("user_id = 'eve'")
    expect(
        found,
        SEGMENT_MEMBERS,
        """
        user_id | segment_id | member_since | second_segment_id | distance    | second_distance | is_held | moves_by
        eve     | idle       | 2026-03-01   | busy              | 1.098612289 | 0.901387711     | true    | -
    """,
    )


def test_rules_values_and_tags_stand_side_by_side_and_whoever_fits_none_is_absent(spark: SparkSession) -> None:
    conf = schemes(
        mood={"rules": {"segments": {"keen": {**WORDS, "when": {"happened": "ask", "times": 4, "days": 2}}}}},
        pace={"rules": {"scores": {"fresh": {"feature": "idle_days", "at": [7], "less_is_better": True}},
                        "segments": {"here": {**WORDS, "when": "fresh = 1"}}, "otherwise": {"en": "gone", "zh": "去"}}},
        job={"values": {"by": "profession"}},
        taste={"values": {"tag": "topic"}},
        pupils={"platforms": ["school"], "rules": {"segments": {"pupil": {**WORDS, "when": "true"}}}},
    )  # fmt: skip
    found = members("user_id\nx", conf, {}).where("scheme <> 'behaviour'")
    expect(
        found,
        SEGMENT_MEMBERS,
        """
        scheme | user_id | segment_id | member_since | model_version | distance
        mood   | ann     | keen       | 2026-05-02   | conf          | -
        pace   | ann     | here       | 2026-05-02   | conf          | -
        pace   | bob     | here       | 2026-05-02   | conf          | -
        pace   | eve     | others     | 2026-05-02   | conf          | -
        job    | ann     | testing    | 2026-05-02   | conf          | -
        taste  | ann     | sql        | 2026-05-02   | conf          | -
        pupils | ann     | pupil      | 2026-05-02   | conf          | -
        pupils | bob     | pupil      | 2026-05-02   | conf          | -
    """,
    )


def test_without_a_published_model_a_clustering_places_nobody(spark: SparkSession) -> None:
    assert members("user_id\nx", schemes(), {}).count() == 0
