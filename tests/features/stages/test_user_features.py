from __future__ import annotations

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from learnlake.features.stages.user_features import user_features
from learnlake.lake import columns as c
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import USER_DAYS, USER_TAGS
from tests.drawing import draw, expect

MAY_1 = date(2026, 5, 1)
DAYS = """
    user_id | platform | event_date | event_count | view_count | purchase_count | study_count | spend_amount | active_seconds | session_keys | visits       | rating_count | rating_sum | night_count | course_ids   | topics
    ann     | school   | 2026-01-01 | 4           | 4          | 0              | 0           | 0.00         | 0              | []           | [(1, 2)]     | 1            | 1.0        | 4           | ['java']     | ['java']
    ann     | school   | 2026-04-25 | 3           | 2          | 1              | 0           | 5.00         | 420            | [1]          | []           | 0            | 0          | 0           | ['sql']      | ['sql']
    ann     | forum    | 2026-04-25 | 1           | 1          | 0              | 0           | 0.00         | 0              | []           | [(10, 190)]  | 1            | 0.5        | 1           | []           | ['sql', 'c']
    ann     | school   | 2026-04-30 | 2           | 1          | 0              | 1           | 0.00         | 420            | [2]          | [(100, 200)] | 0            | 0          | 0           | ['sql']      | ['sql']
    ann     | school   | 2026-05-01 | 1           | 1          | 0              | 0           | 0.00         | 0              | [2]          | [(150, 250)] | 0            | 0          | 0           | ['python']   | []
    ann     | school   | 2026-05-02 | 9           | 9          | 9              | 9           | 99.00        | 999            | [9]          | [(900, 999)] | 9            | 9.0        | 9           | ['c']        | ['go']
    bob     | school   | 2026-05-02 | 1           | 1          | 0              | 0           | 0.00         | 0              | []           | [(1, 2)]     | 0            | 0          | 0           | []           | []
"""


TAGS = """
    user_id | platform | event_date | tag_kind | tag          | tag_count
    ann     | school   | 2026-01-31 | level    | senior       | 9
    ann     | school   | 2026-02-01 | level    | senior       | 1
    ann     | school   | 2026-05-01 | level    | junior       | 4
    ann     | forum    | 2026-05-01 | level    | intermediate | 2
    ann     | forum    | 2026-05-01 | level    | advanced     | 1
    ann     | forum    | 2026-05-02 | level    | senior       | 9
    ann     | school   | 2026-05-01 | topic    | junior       | 9
    ann     | forum    | 2026-01-31 | received | accepted     | 9
    ann     | forum    | 2026-02-01 | received | accepted     | 1
    ann     | forum    | 2026-05-01 | received | accepted     | 2
    ann     | forum    | 2026-05-01 | received | vote         | 5
    ann     | forum    | 2026-05-01 | received | comment      | 6
    ann     | forum    | 2026-05-02 | received | follow       | 9
    bob     | forum    | 2026-05-01 | received | follow       | 1
    eve     | forum    | 2026-05-01 | received | vote         | 7
"""
SHARES = "junior_item_share | intermediate_item_share | senior_item_share"
RECEIVED = "received_accepted_count_90d | received_vote_count_90d | received_follow_count_90d"


def days(text: str = DAYS):
    return draw(USER_DAYS, text).fillna(0)


def features(as_of: date, tags: str = TAGS):
    return user_features(days(), draw(USER_TAGS, tags), as_of=as_of)


def test_features_see_nothing_after_as_of(spark: SparkSession) -> None:
    expect(
        features(MAY_1),
        USER_FEATURES,
        """
        as_of_date | user_id | first_date | tenure_days | idle_days | platforms           | browse_count_7d | browse_count_30d | browse_count_90d | ever_browse_count | purchase_count_7d | study_count_30d
        2026-05-01 | ann     | 2026-01-01 | 120         | 0         | ['forum', 'school'] | 5               | 5                | 5                | 9                 | 1                 | 1
    """,
    )


def test_spend_minutes_visits_breadth_and_ratings_are_rolled_up(spark: SparkSession) -> None:
    expect(
        features(MAY_1),
        USER_FEATURES,
        """
        user_id | ever_spend_amount | spend_amount_7d | minutes_a_day_7d | session_count_30d | ever_course_count | course_count_30d | ever_topic_count | topic_count_30d | mean_rating | ever_rating_count
        ann     | 5.00              | 5.00            | 2.0              | 4                 | 3                 | 2                | 3                | 2               | 0.75        | 2
    """,
    )


def test_streaks_shares_and_trend(spark: SparkSession) -> None:
    expect(
        features(MAY_1),
        USER_FEATURES,
        """
        user_id | active_days_7d | active_days_90d | ever_active_days | current_streak_days | longest_streak_days | weekend_share | night_share | activity_trend
        ann     | 3              | 3               | 4                | 2                   | 2                   | 0.333333333   | 0.142857143 | 2.079441542
    """,
    )
    expect(
        features(date(2026, 4, 29)),
        USER_FEATURES,
        "user_id | current_streak_days | longest_streak_days | idle_days\nann | 0 | 1 | 4",
    )


def test_a_user_without_ratings_has_no_mean(spark: SparkSession) -> None:
    expect(
        features(date(2026, 5, 2)).where("user_id = 'bob'"),
        USER_FEATURES,
        "user_id | mean_rating | ever_rating_count | weekend_share\nbob | - | 0 | 1.0",
    )


def test_levels_are_shared_out_over_ninety_days_and_what_others_did_is_counted(spark: SparkSession) -> None:
    expect(
        features(MAY_1),
        USER_FEATURES,
        f"""
        user_id | {SHARES}      | {RECEIVED}
        ann     | 0.5 | 0.25 | 0.125 | 3 | 5 | 0
    """,
    )


def test_who_touched_no_level_has_no_shares_and_who_only_ever_received_has_no_row(spark: SparkSession) -> None:
    expect(
        features(date(2026, 5, 2)).where("user_id != 'ann'"),
        USER_FEATURES,
        f"user_id | {SHARES} | {RECEIVED}\nbob | - | - | - | 0 | 0 | 1",
    )


def test_who_received_nothing_has_counts_of_none(spark: SparkSession) -> None:
    nothing = "user_id | platform | event_date"
    expect(features(MAY_1, nothing), USER_FEATURES, f"user_id | {SHARES} | {RECEIVED}\nann | - | - | - | 0 | 0 | 0")


LATER = st.lists(
    st.tuples(st.sampled_from(["ann", "bob", "eve"]), st.integers(1, 400), st.integers(1, 99)),
    min_size=1,
    max_size=30,
    unique_by=lambda row: row[:2],
)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(later=LATER)
def test_features_as_of_a_day_do_not_change_when_later_events_are_added(
    spark: SparkSession, later: list[tuple[str, int, int]]
) -> None:
    dated = [(user, MAY_1 + timedelta(days=after), count) for user, after, count in later]
    more_days = "\n".join(f"{user} | school | {day} | {count} | {count}" for user, day, count in dated)
    more_tags = "\n".join(
        f"{user} | school | {day} | {kind} | {count}"
        for user, day, count in dated
        for kind in ("level | senior", "received | vote")
    )
    known_days, known_tags = (made.where("event_date <= '2026-05-01'") for made in (days(), draw(USER_TAGS, TAGS)))
    all_days = known_days.unionByName(
        draw(USER_DAYS, f"user_id | platform | event_date | event_count | view_count\n{more_days}")
    )
    all_tags = known_tags.unionByName(
        draw(USER_TAGS, f"user_id | platform | event_date | tag_kind | tag | tag_count\n{more_tags}")
    )
    before = user_features(known_days, known_tags, as_of=MAY_1).collect()
    after = user_features(all_days, all_tags, as_of=MAY_1).collect()
    assert sorted(before) == sorted(after)
    assert before, "an empty answer would prove nothing"


def test_every_feature_is_a_word_of_the_vocabulary() -> None:
    assert {column.name for column in USER_FEATURES.columns} >= {
        column.name for column in (*c.GROUP_COUNTS, *c.ACTIVE_DAYS, *c.SPEND_OVER, *c.LEVEL_SHARES, *c.RECEIVED_COUNTS)
    }
