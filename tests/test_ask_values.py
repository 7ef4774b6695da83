from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from learnlake.lake.store import Store
from learnlake.lake.tables.values import CUSTOMER_VALUES
from tests.demand.values.test_answers import ROWS
from tests.drawing import draw

MAY_1 = date(2026, 5, 1)


@pytest.fixture(scope="module")
def lake(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("values") / "lake"
    store = Store(spark, str(root))
    store.replace_days(draw(CUSTOMER_VALUES, ROWS).where("as_of_date = '2026-05-01'"), CUSTOMER_VALUES, MAY_1)
    bare = draw(CUSTOMER_VALUES, "as_of_date | user_id | bought_days\n2026-04-01 | ann | 2")
    store.replace_days(bare, CUSTOMER_VALUES, date(2026, 4, 1))
    return root


def rows_of(found) -> list[dict[str, str]]:
    assert found.exit_code == 0, found.stderr
    return list(csv.DictReader(io.StringIO(found.stdout)))


def test_customers_are_listed_by_what_is_expected(say, lake) -> None:
    rows = rows_of(say("values", "--limit", "2", "--format", "csv", lake=lake))
    assert [(row["user_id"], row["tenth"]) for row in rows] == [("ann", "10"), ("bob", "1")]
    assert "预计一年消费" in rows[0]["said_zh"]


def test_tenths_are_listed(say, lake) -> None:
    rows = rows_of(say("values", "--tenths", "--format", "csv", lake=lake))
    assert [(row["tenth"], row["said"]) for row in rows] == [
        ("10", "worth 75.0 % of all that is expected"),
        ("1", "worth 25.0 % of all that is expected"),
    ]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--as-of", "2020-01-01"], 2, "gold.customer_values has no such day; the newest is 2026-05-01"),
        (["--as-of", "2026-04-01"], 1, "nothing is expected of any customer on 2026-04-01: no model is published"),
        (["--as-of", "2026-04-01", "--tenths"], 1, "nothing is expected of any customer"),
    ],
)
def test_wrong_use_and_nothing_expected_are_one_sentence(say, lake, words, status, said) -> None:
    found = say("values", *words, lake=lake)
    assert found.exit_code == status
    assert said in " ".join(found.stderr.split())


def test_a_lake_without_values_says_how_to_make_them(say, tmp_path) -> None:
    assert "gold.customer_values has no rows yet" in say("values", lake=tmp_path / "none").stderr
