from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.persons import TOGETHER, is_of_users, merged, of_persons, user_days, user_tags
from learnlake.lake.tables import FIXED
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENTS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNT_DAYS, ACCOUNT_TAGS, COUNTS, IDENTITIES, USER_DAYS, USER_TAGS
from tests.drawing import draw, expect, framed

SPANS = "array<struct<from:bigint,until:bigint>>"
LINKED = """
    account_id | visible_from | user_id
    a          | 2026-04-01   | a
    b          | 2026-04-02   | b
    b          | 2026-05-02   | a
    c          | 2026-04-01   | c
"""
NOBODY = "account_id | visible_from | user_id"


def parts(*rows: tuple[str, str, str, str, int, list[int], list[tuple[int, int]], list[str]]) -> DataFrame:
    """Draw rows of account_days; every count is the same number."""
    schema = (
        "account_id string, platform string, event_date string, visible_from string, n bigint, session_keys array<bigint>, "
        f"visits {SPANS}, topics array<string>"
    )
    drawn = framed(list(rows), schema).withColumns(
        {name: F.to_date(name) for name in ("event_date", "visible_from")}
        | {k.name: F.col("n").cast(k.dtype) for k in COUNTS}
        | {"course_ids": F.col("topics")}
    )
    return drawn.select(*(column.name for column in ACCOUNT_DAYS.columns))


def told(days: DataFrame, identities: str) -> list[tuple[object, ...]]:
    found = user_days(days, draw(IDENTITIES, identities)).orderBy(*(k.name for k in USER_DAYS.key))
    assert found.schema.simpleString() == USER_DAYS.schema.simpleString()
    return [
        (r.user_id, r.platform, f"{r.event_date:%d}", r.view_count, r.session_count, r.topics) for r in found.collect()
    ]


DAYS = (
    ("a", "school", "2026-05-01", "2026-05-01", 2, [1], [(0, 100)], ["sql"]),
    ("a", "school", "2026-05-01", "2026-05-03", 1, [1, 2], [(90, 200), (500, 600)], ["java", "sql"]),
    ("b", "school", "2026-05-01", "2026-05-01", 4, [], [(201, 300)], ["c"]),
    ("b", "forum", "2026-05-01", "2026-05-01", 8, [7], [], []),
    ("c", "school", "2026-05-01", "2026-05-01", 16, [], [(0, 50)], []),
)


def test_what_came_late_and_linked_accounts_make_one_day_and_others_are_as_they_stand(spark: SparkSession) -> None:
    alone = [
        ("a", "school", "01", 3, 4, ["java", "sql"]),
        ("b", "forum", "01", 8, 1, []),
        ("b", "school", "01", 4, 1, ["c"]),
        ("c", "school", "01", 16, 1, []),
    ]
    assert told(parts(*DAYS), NOBODY) == alone
    linked = [
        ("a", "forum", "01", 8, 1, []),
        ("a", "school", "01", 7, 5, ["c", "java", "sql"]),
        ("c", "school", "01", 16, 1, []),
    ]
    assert told(parts(*DAYS), LINKED) == linked


def test_a_day_has_no_more_seconds_than_a_day_and_parts_add_up_before_the_cap(spark: SparkSession) -> None:
    days = parts(*((who, "school", "2026-05-01", "2026-05-01", 50_000, [], [], []) for who in ("a", "b", "c")))
    expect(
        user_days(days, draw(IDENTITIES, LINKED)),
        USER_DAYS,
        "user_id | event_count | active_seconds\na | 100000 | 86400\nc | 50000 | 50000",
    )


def test_visits_that_overlap_are_one_in_whatever_order_and_parts_they_come(spark: SparkSession) -> None:
    spans = [[(5, 9), (0, 3)], [(5, 9), (9, 12), (0, 5)], [], [(0, 9), (1, 2), (10, 11)]]
    frame = framed([(held,) for held in spans], f"spans {SPANS}")
    found = [[tuple(span) for span in row[0]] for row in frame.select(merged(F.col("spans"))).collect()]
    assert found == [[(0, 3), (5, 9)], [(0, 12)], [], [(0, 9), (10, 11)]]


def test_tags_are_those_of_the_person_who_receives_nothing_from_himself(spark: SparkSession) -> None:
    tags = draw(
        ACCOUNT_TAGS,
        """
        account_id | platform | event_date | visible_from | tag_kind | tag  | from_account_id | tag_count
        a          | forum    | 2026-05-01 | 2026-05-01   | hour     | 08   |                 | 1
        a          | forum    | 2026-05-01 | 2026-05-04   | hour     | 08   |                 | 2
        b          | forum    | 2026-05-01 | 2026-05-01   | hour     | 08   |                 | 4
        b          | forum    | 2026-05-01 | 2026-05-01   | received | vote | a               | 8
        a          | forum    | 2026-05-01 | 2026-05-01   | received | vote | b               | 16
        b          | forum    | 2026-05-01 | 2026-05-01   | received | vote | c               | 32
        c          | forum    | 2026-05-01 | 2026-05-01   | received | vote | b               | 64
    """,
    ).withColumn("from_account_id", F.coalesce("from_account_id", F.lit("")))
    expect(
        user_tags(tags, draw(IDENTITIES, LINKED)),
        USER_TAGS,
        "user_id | tag_kind | tag | tag_count\na | hour | 08 | 7\na | received | vote | 32\nc | received | vote | 64",
    )
    expect(
        user_tags(tags, draw(IDENTITIES, NOBODY)).where("tag_kind = 'received'"),
        USER_TAGS,
        "user_id | tag | tag_count\nb | vote | 40\na | vote | 16\nc | vote | 64",
    )


def test_earlier_rows_are_told_of_todays_persons_one_row_a_key_the_survivors_first(spark: SparkSession) -> None:
    identities = "account_id | visible_from | user_id\nb | 2026-05-02 | a\nd | 2026-05-02 | x\ne | 2026-05-02 | x\nc | 2026-01-01 | c"
    members = """
        as_of_date | scheme | user_id | segment_id
        2026-05-01 | role   | a       | of a
        2026-05-01 | role   | b       | of b
        2026-05-01 | age    | b       | old
        2026-05-01 | role   | c       | of c
        2026-05-01 | role   | e       | of e
        2026-05-01 | role   | d       | of d
        2026-04-01 | role   | b       | of b
    """
    expect(
        of_persons(draw(SEGMENT_MEMBERS, members), SEGMENT_MEMBERS, draw(IDENTITIES, identities)),
        SEGMENT_MEMBERS,
        """
        as_of_date | scheme | user_id | segment_id
        2026-05-01 | role   | a       | of a
        2026-05-01 | age    | a       | old
        2026-05-01 | role   | c       | of c
        2026-05-01 | role   | x       | of d
        2026-04-01 | role   | a       | of b
    """,
    )


def test_tables_of_users_are_those_whose_key_names_one() -> None:
    assert is_of_users(USER_FEATURES)
    assert not is_of_users(SEGMENTS)


def test_every_table_that_has_parts_is_put_together_and_no_other() -> None:
    assert {table.full_name for table in FIXED if table.parts} == set(TOGETHER)
    assert c.SESSION_COUNT not in ACCOUNT_DAYS.columns, "visits of parts do not add up"
