from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.behaviour.rules.taken import Log, taken
from learnlake.lake.tables.topics import TEXT_TOPICS
from tests.behaviour.rules.drawn import files, frames
from tests.drawing import draw

TOOK = """
    account_id | platform | event_type | item_id | session_key | occurred_at         | event_date | attributes
    ann        | academy  | enroll     | py      | s1          | 2026-03-01T10:00:10 | 2026-03-01 | {'order': 'o1'}
    ann2       | academy  | enroll     | go      | s1          | 2026-03-01T10:00:50 | 2026-03-01 | {'order': 'o1'}
    ann        | academy  | enroll     | rust    | -           | 2026-03-09T10:00:00 | 2026-03-09 | -
    ann        | academy  | view       | go      | s2          | 2026-03-02T10:00:00 | 2026-03-02 | -
    bob        | academy  | enroll     | tome    | s3          | 2026-03-01T10:00:00 | 2026-03-01 | {'order': 'o1'}
    bob        | academy  | enroll     | gone    | s3          | 2026-03-01T10:00:00 | 2026-03-01 | -
    bob        | academy  | enroll     | -       | s3          | 2026-03-01T10:00:00 | 2026-03-01 | -
    cli        | advisory | consult_request | -  | v           | 2026-03-01T10:00:00 | 2026-03-01 | {'request_type': 'career'}
    cli        | advisory | consult_request | -  | v           | 2026-03-02T10:00:00 | 2026-03-02 | {'hours': '3'}
"""


def rows(found, *columns: str) -> list[tuple[object, ...]]:
    return sorted(tuple(row[name] for name in columns) for row in found.collect())


def taken_as(**said: object) -> list[tuple[object, ...]]:
    return rows(taken(Log(*frames(TOOK)), files(file=said)), "basket", "thing")


def test_a_user_takes_with_every_account_and_only_by_the_events_of_conf(spark: SparkSession) -> None:
    assert taken_as() == [("ann", "go"), ("ann", "py"), ("ann", "rust"), ("bob", "gone"), ("bob", "tome")]
    assert taken_as(event_types=["view"]) == [("ann", "go")]


def test_kinds_of_items_are_those_last_known_and_unknown_items_have_none(spark: SparkSession) -> None:
    assert taken_as(item_kinds=["course"]) == [("ann", "go"), ("ann", "py"), ("ann", "rust")]
    assert taken_as(item_kinds=["article"]) == []


def test_items_of_unknown_kind_are_taken_where_a_basket_asks_for_them(spark: SparkSession) -> None:
    assert taken_as(item_kinds=["unknown"]) == [("bob", "gone")]
    assert taken_as(item_kinds=["book", "unknown"]) == [("bob", "gone"), ("bob", "tome")]


def test_topics_are_the_tags_of_items_each_once_and_items_without_any_have_none(spark: SparkSession) -> None:
    assert taken_as(of="topic") == [
        *(("ann", "basics"), ("ann", "basics"), ("ann", "go"), ("ann", "python"), ("ann", "rust")),
        ("bob", "python"),
    ]
    assert taken_as(of="topic", item_kinds=["book"]) == [("bob", "python")]


def test_request_types_are_read_from_the_event(spark: SparkSession) -> None:
    assert taken_as(of="request_type", event_types=["consult_request"]) == [("cli", "career")]


def test_an_order_is_a_users_minute_or_what_the_event_names(spark: SparkSession) -> None:
    minute = "ann/2026-03-01/10:00"
    rest = [("ann/2026-03-09/10:00", "rust"), ("bob/2026-03-01/10:00", "gone")]
    assert taken_as(unit="order") == [(minute, "go"), (minute, "py"), *rest, ("bob/2026-03-01/10:00", "tome")]
    named = [("ann//o1", "go"), ("ann//o1", "py"), ("bob//o1", "tome"), *rest]
    assert taken_as(unit="order", order_by="order") == sorted(named)


def test_a_session_is_a_users_own_and_events_outside_any_are_left_out(spark: SparkSession) -> None:
    assert taken_as(unit="session") == [
        *(("academy/ann/s1", "go"), ("academy/ann/s1", "py"), ("academy/bob/s3", "gone"), ("academy/bob/s3", "tome"))
    ]


def test_windows_count_from_the_users_first_event(spark: SparkSession) -> None:
    assert taken_as(unit="window", window_days=8) == [
        *(("ann/0", "go"), ("ann/0", "py"), ("ann/1", "rust"), ("bob/0", "gone"), ("bob/0", "tome"))
    ]
    assert ("ann/0", "rust") in taken_as(unit="window", window_days=9)


def test_segments_of_the_schemes_of_conf_are_scopes_of_their_own(spark: SparkSession) -> None:
    members = "user_id | scheme | segment_id\n ann | level | junior\n ann | other | x\n bob | level | -"
    found = taken(Log(*frames(TOOK, members)), files(c={"item_kinds": ["course"], "schemes": ["level"]}, d={}))
    assert rows(found, "file", "scope", "user_id", "thing") == [
        *(("c", "c", "ann", "go"), ("c", "c", "ann", "py"), ("c", "c", "ann", "rust")),
        *(
            ("c", "c/level/junior", "ann", "go"),
            ("c", "c/level/junior", "ann", "py"),
            ("c", "c/level/junior", "ann", "rust"),
        ),
        *(("d", "d", "ann", "go"), ("d", "d", "ann", "py"), ("d", "d", "ann", "rust")),
        *(("d", "d", "bob", "gone"), ("d", "d", "bob", "tome")),
    ]


def test_without_files_or_events_nothing_is_taken(spark: SparkSession) -> None:
    assert rows(taken(Log(*frames(TOOK)), files()), "thing") == []
    assert rows(taken(Log(*frames("account_id | event_type")), files(c={})), "thing") == []


def test_what_texts_mention_lies_in_the_basket_of_who_says_it(spark: SparkSession) -> None:
    mentions = """
        topic_kind | event_type | topic | user_id | occurred_at         | event_date
        tech       | ask        | go    | ann     | 2026-03-01T12:00:00 | 2026-03-01
        tech       | ask        | sql   | ann     | 2026-03-02T12:00:00 | 2026-03-02
        tech       | consult    | rust  | ann     | 2026-03-02T12:00:00 | 2026-03-02
        type       | ask        | plan  | ann     | 2026-03-02T12:00:00 | 2026-03-02
    """
    log = Log(*frames(TOOK)[:4], draw(TEXT_TOPICS, mentions))
    said = {"of": "mentioned", "topic_kind": "tech", "event_types": ["ask"]}
    assert rows(taken(log, files(file=said)), "basket", "thing") == [("ann", "go"), ("ann", "sql")]
