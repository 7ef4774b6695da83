from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.ingest.stages.events import events
from learnlake.lake import columns as c
from learnlake.lake.tables.silver import EVENTS
from tests.drawing import expect
from tests.ingest.stages.drawn import PLATFORMS, bronze, source, sources

FLAGGED = (*EVENTS.columns, c.REASONS)


def mapped(made, text: str):
    return events({made.source: bronze(made, text)}, sources=sources(made), platforms=PLATFORMS)


def test_local_times_become_utc_and_the_day_is_the_platforms(spark: SparkSession) -> None:
    made = source(events=[{"event_key": ["n"], "account_key": "who", "event_type": "what", "occurred_at": "at"}])
    found = mapped(
        made,
        """
        who | at                        | what  | n
        h1  | 2026-05-01 23:30:00       | login | 1
        h1  | 2026-05-01T23:30:00Z      | login | 2
        h1  | 2026-05-01T23:30:00+02:00 | login | 3
        h1  | yesterday                 | login | 4
        -   | 2026-05-01 23:30:00       | login | 5
        h1  | 2026-05-01 23:30:00       | sing  | 6
    """,
    )
    expect(
        found,
        FLAGGED,
        """
        source_position | occurred_at         | event_date | local_hour | reasons
        p0              | 2026-05-01T15:30:00 | 2026-05-01 | 23         | []
        p1              | 2026-05-01T23:30:00 | 2026-05-02 | 7          | []
        p2              | 2026-05-01T21:30:00 | 2026-05-02 | 5          | []
        p3              | -                   | -          | -          | ['value_does_not_fit', 'moment_is_missing']
        p4              | 2026-05-01T15:30:00 | 2026-05-01 | 23         | ['account_is_missing']
        p5              | 2026-05-01T15:30:00 | 2026-05-01 | 23         | ['event_type_is_unknown']
    """,
    )


def test_each_row_goes_through_each_mapping_once(spark: SparkSession) -> None:
    one = {
        "event_key": ["n"],
        "account_key": "who",
        "event_type": "'login'",
        "occurred_at": "at",
        "where": "what = 'in'",
    }
    two = {
        "event_key": ["n"],
        "account_key": "who",
        "event_type": "'cancel'",
        "occurred_at": "at",
        "where": "what = 'out'",
    }
    found = mapped(source(events=[one, two]), "who | at | what | n\nh1 | 2026-05-01 | in | 1\nh1 | 2026-05-01 | - | 2")
    expect(
        found,
        FLAGGED,
        """
        mapping  | source_position | event_type | reasons
        events-1 | p0              | login      | []
        events-1 | p1              | login      | ['not_applicable']
        events-2 | p0              | cancel     | ['not_applicable']
        events-2 | p1              | cancel     | ['not_applicable']
    """,
    )


def test_the_same_event_key_is_the_same_event_and_another_account_key_another_account(spark: SparkSession) -> None:
    made = source(
        events=[
            {
                "event_key": ["who", "n"],
                "account_key": "who",
                "event_type": "'view'",
                "occurred_at": "at",
                "quantity": "try_cast(n AS BIGINT)",
            }
        ]
    )
    rows = (
        mapped(made, "who | at | n\nh1 | 2026-05-01 | 1\nh1 | 2026-05-02 | 1\nh2 | 2026-05-01 | 1")
        .orderBy("source_position")
        .collect()
    )
    assert rows[0].event_id == rows[1].event_id != rows[2].event_id
    assert rows[0].account_id == rows[1].account_id != rows[2].account_id
    assert all(len(row.event_id) == 32 for row in rows)
    assert [row.quantity for row in rows] == [1, 1, 1]


def test_a_refused_row_keeps_its_raw_record_and_a_sound_one_does_not_need_to(spark: SparkSession) -> None:
    made = source(events=[{"event_key": ["n"], "account_key": "who", "event_type": "what", "occurred_at": "at"}])
    rows = (
        mapped(made, "who | at | what | n\nh1 | 2026-05-01 | sing | 1\nh1 | 2026-05-01 | login | 2")
        .orderBy("source_position")
        .collect()
    )
    assert rows[0].row == '{"who":"h1","at":"2026-05-01","what":"sing","n":"1"}'
    assert rows[1].row is None


def test_an_event_may_be_directed_at_another_account_and_is_sound_where_it_is_not(spark: SparkSession) -> None:
    made = source(
        schema="who STRING, whom STRING, at STRING, n STRING",
        personal=["who", "whom"],
        events=[
            {
                "event_key": ["n"],
                "account_key": "who",
                "to_key": "whom",
                "event_type": "'follow'",
                "occurred_at": "at",
            }
        ],
    )
    found = mapped(
        made, "who | whom | at | n\nh1 | h2 | 2026-05-01 | 1\nh2 | - | 2026-05-01 | 2\nh1 | h1 | 2026-05-01 | 3"
    )
    first, second, third = found.orderBy("source_position").collect()
    assert first.to_account_id == second.account_id != first.account_id
    assert second.to_account_id is None
    assert third.to_account_id == third.account_id == first.account_id
    assert [row.reasons for row in (first, second, third)] == [[], [], []]
