from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.rules.stages.item_sequences import item_sequences
from learnlake.lake.conform import conform
from learnlake.lake.tables.rules import ITEM_SEQUENCES
from tests.behaviour.rules.drawn import files, frames, many
from tests.drawing import expect

DAY = date(2026, 5, 1)
LEARNERS = {
    "ann": ["py", "go", "", "rust", "py"],
    "bob": ["py", "", "", "go", "rust"],
    "cal": ["go&rust"],
    "dan": ["py", "rust"],
    "eve": ["tome"],
}


def test_paths_follow_the_order_in_which_users_first_took_things(spark: SparkSession) -> None:
    """Ann takes py again after rust; that makes no path. Cal takes two at one moment: no order, no path."""
    found = item_sequences(*frames(many(LEARNERS)), as_of=DAY, baskets=files(c={}, s={"unit": "session"}))
    expect(
        found,
        ITEM_SEQUENCES,
        """
        as_of_date | scope | sequence       | sequence_items         | sequence_length | user_count | taker_count | support | median_days_between
        2026-05-01 | c     | py > go        | ['py', 'go']           | 2               | 2          | 5           | 0.4     | 2.0
        2026-05-01 | c     | go > rust      | ['go', 'rust']         | 2               | 2          | 5           | 0.4     | 1.5
        2026-05-01 | c     | py > rust      | ['py', 'rust']         | 2               | 3          | 5           | 0.6     | 3.0
        2026-05-01 | c     | py > go > rust | ['py', 'go', 'rust']   | 3               | 2          | 5           | 0.4     | 3.5
    """,
    )
    conform(found, ITEM_SEQUENCES)


def test_a_budget_and_the_longest_path_are_those_of_conf(spark: SparkSession) -> None:
    baskets = files(few={"max_paths": 1}, short={"longest": 2})
    found = item_sequences(*frames(many(LEARNERS)), as_of=DAY, baskets=baskets).collect()
    assert sorted((row.scope, row.sequence) for row in found) == [
        *(("few", "py > rust"), ("short", "go > rust"), ("short", "py > go"), ("short", "py > rust"))
    ]


def test_nobody_has_no_paths(spark: SparkSession) -> None:
    assert item_sequences(*frames(many({})), as_of=DAY, baskets=files(c={})).count() == 0
    assert item_sequences(*frames(many(LEARNERS)), as_of=DAY, baskets=files(s={"unit": "order"})).count() == 0
