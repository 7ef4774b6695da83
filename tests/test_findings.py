from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.findings import findings
from learnlake.lake.store import Store
from learnlake.lake.tables.demand import PROPENSITIES
from learnlake.lake.tables.recommend import RECOMMENDATIONS
from tests.drawing import draw


def test_an_empty_lake_is_described_without_inventing_anything(spark: SparkSession, store: Store) -> None:
    said = list(findings(store, date(2026, 5, 1), "demo"))
    assert said[0] == "As of 2026-05-01: 0 events of 0 accounts, who are 0 users."
    assert "No segments: no training has run yet." in said[1]
    assert said[1].endswith("learnlake show --env demo ops.models")
    assert said[-1] == "No campaign chose anybody on this day."


def test_goals_are_told_with_how_many_are_worth_contacting(spark: SparkSession, store: Store) -> None:
    drawn = draw(
        PROPENSITIES,
        """
        as_of_date | goal | user_id | chance | expected_amount
        2026-05-01 | buys | ann     | 0.6    | 11.00
        2026-05-01 | buys | bob     | 0.2    | -1.00
        """,
    )
    store.replace_days(drawn, PROPENSITIES, date(2026, 5, 1))
    said = list(findings(store, date(2026, 5, 1), "demo"))
    assert "Goal buys: 2 users, mean chance 40.0%, 1 worth contacting" in said
    assert "Look: learnlake goals --env demo" in said


def test_placements_are_told_with_what_is_shown(spark: SparkSession, store: Store) -> None:
    rows = draw(
        RECOMMENDATIONS,
        """
        as_of_date | placement | user_id | rank | item_id | take_chance
        2026-05-10 | courses   | ann     | 1    | a       | 0.2
        2026-05-10 | courses   | ann     | 2    | b       | 0.1
        2026-05-10 | courses   | bob     | 1    | a       | 0.3
        2026-05-10 | reading   | bob     | 1    | c       | -
        """,
    )
    store.replace_days(rows, RECOMMENDATIONS, date(2026, 5, 10))
    said = "\n".join(findings(store, date(2026, 5, 10), "demo"))
    assert "Placement courses: lists of 2 users, 2 items shown, mean chance to be taken 20.0%" in said
    assert "Placement reading: lists of 1 users, 1 items shown\n" in said
    assert "Look: learnlake lists --env demo, learnlake recommend USER" in said
