from __future__ import annotations

import hashlib

import pytest
from pyspark.sql import SparkSession

from learnlake.errors import ConfError
from learnlake.ingest.mapping import identifier
from learnlake.ingest.stages.events import events
from learnlake.lake import columns as c
from tests.drawing import draw
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
