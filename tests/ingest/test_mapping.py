from __future__ import annotations

import hashlib

import pytest
from pyspark.sql import SparkSession

from learnlake.errors import ConfError
from learnlake.ingest.mapping import identifier
from learnlake.ingest.stages.accounts import accounts
from learnlake.ingest.stages.events import events
from learnlake.lake import columns as c
from learnlake.lake.tables.silver import ACCOUNTS, EVENTS
from tests.drawing import draw, expect
from tests.ingest.stages.drawn import PLATFORMS, bronze, source, sources


def test_an_identifier_is_the_first_half_of_a_sha256_and_unknown_where_a_part_is(spark: SparkSession) -> None:
    rows = draw([c.USER_ID, c.TEXT], "user_id | text\na | b\na | -")
    found = [row[0] for row in rows.select(identifier(rows.user_id, rows.text)).collect()]
    assert found == [hashlib.sha256(b"a\x1fb").hexdigest()[:32], None]


def test_parts_are_told_apart(spark: SparkSession) -> None:
    rows = draw([c.USER_ID, c.TEXT], "user_id | text\nab | c\na | bc")
    assert len({row[0] for row in rows.select(identifier(rows.user_id, rows.text)).collect()}) == 2


def test_an_expression_that_spark_cannot_type_is_said_with_source_and_mapping(spark: SparkSession) -> None:
    made = source(
        events=[
            {
                "event_key": ["n"],
                "account_key": "who",
                "event_type": "what",
                "occurred_at": "at",
                "quantity": "size(n)",
            }
        ]
    )
    with pytest.raises(ConfError, match=r"conf/sources/logs.yml: mapping events: .*size"):
        events(
            {"logs": bronze(made, "who | at | what | n\nh | 2026-05-01 | login | 1")},
            sources=sources(made),
            platforms=PLATFORMS,
        )


SEEN = """
    what  | at                  | _file | _position | _received_at
    login | 2026-05-01 23:30:00 | a     | p0        | 2026-05-01T15:31:00
    login | 2026-05-02 01:59:00 | a     | p1        | 2026-05-01T17:59:00
    login | 2026-05-01 23:30:00 | a     | p2        | 2026-05-01T17:59:59
    login | 2026-05-01 23:30:00 | a     | p3        | 2026-05-01T18:00:00
    login | 2026-05-01 23:30:00 | a     | p4        | 2026-05-20T12:00:00
    login | 2026-05-21 23:30:00 | a     | p5        | 2026-05-20T12:00:00
"""


@pytest.mark.parametrize(
    ("arrives", "days"),
    [
        ("bulk", ("05-01", "05-02", "05-01", "05-01", "05-01", "05-21")),
        ("live", ("05-01", "05-02", "05-01", "05-02", "05-20", "05-21")),
    ],
)
def test_a_late_row_is_seen_from_its_own_day_on_where_it_came_in_bulk_and_from_its_arrival_on_where_live(
    spark: SparkSession, arrives: str, days: tuple[str, ...]
) -> None:
    """A day in Shanghai ends at 16:00 UTC, and takes what comes until two hours later."""
    school = PLATFORMS.files["school"].model_copy(update={"closes_after": "2h"})
    made = source(
        arrives=arrives,
        received_at="timestamp'2026-06-01'",
        events=[{"event_key": ["n"], "account_key": "who", "event_type": "what", "occurred_at": "at"}],
        accounts=[{"account_key": "who", "known_from": "at"}],
    )
    rows = {"logs": draw(made.bronze, SEEN)}
    for step, table in ((events, EVENTS), (accounts, ACCOUNTS)):
        found = step(rows, sources=sources(made), platforms=PLATFORMS.model_copy(update={"files": {"school": school}}))
        wanted = "\n".join(f"p{n} | 2026-{day}" for n, day in enumerate(days))
        expect(found, table, f"source_position | visible_from\n{wanted}")
