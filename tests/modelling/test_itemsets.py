from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession

from learnlake.modelling import itemsets as module
from learnlake.modelling.itemsets import Limits, floor, frequent, itemsets, lowest
from tests.conftest import DATA

NAMES = [f"item/{n}" for n in range(7)]
BASKETS = st.lists(st.lists(st.sampled_from(NAMES), max_size=7, unique=True), min_size=1, max_size=25)
ALL = Limits(at_most=10**6, least=1, longest=10)


def arrow(baskets: list[list[str]]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(baskets, pa.list_(pa.string()))])


def enumerated(baskets: list[list[str]], limits: Limits) -> dict[tuple[str, ...], int]:
    """Count every subset of every basket, and raise the floor one by one."""
    every = Counter(
        part for held in baskets for n in range(1, limits.longest + 1) for part in combinations(sorted(set(held)), n)
    )
    least = limits.least
    while sum(count >= least for count in every.values()) > limits.at_most:
        least += 1
    return {items: count for items, count in every.items() if count >= least}


def frame(spark: SparkSession, scopes: dict[str, list[list[str]]]) -> DataFrame:
    rows = [
        (scope.split("/")[0], scope, f"{n}", items) for scope, held in scopes.items() for n, items in enumerate(held)
    ]
    return spark.createDataFrame(rows, "file string, scope string, basket string, items array<string>")


def by_scope(found: DataFrame) -> dict[str, dict[tuple[str, ...], int]]:
    out: dict[str, dict[tuple[str, ...], int]] = {}
    for row in found.collect():
        assert tuple(row["items"]) not in out.setdefault(row["scope"], {})
        out[row["scope"]][tuple(row["items"])] = row["together_count"]
    return out


@pytest.fixture(scope="module")
def groceries() -> list[list[str]]:
    path = Path(DATA / "groceries" / "groceries.csv")
    if not path.is_file():
        pytest.skip("needs ../shared/data/groceries")
    return [line.split(",") for line in path.read_text(encoding="utf-8").split("\n") if line]


@settings(max_examples=150, deadline=None)
@given(BASKETS, st.integers(1, 40), st.integers(1, 4), st.integers(1, 4))
def test_itemsets_are_those_of_brute_force_at_the_lowest_floor_that_the_budget_allows(baskets, at_most, least, longest):
    limits = Limits(at_most, least, longest)
    assert itemsets(arrow(baskets), limits) == enumerated(baskets, limits)


@settings(max_examples=40, deadline=None)
@given(BASKETS, st.randoms(use_true_random=False))
def test_the_order_of_baskets_and_items_does_not_matter(baskets, random):
    turned = [random.sample(held, len(held)) for held in random.sample(baskets, len(baskets))]
    limits = Limits(12, 1, 4)
    assert itemsets(arrow(turned), limits) == itemsets(arrow(baskets), limits)


@pytest.mark.parametrize(
    ("at_most", "least", "wanted"),
    [(1, 1, 6), (2, 1, 5), (3, 1, 4), (4, 1, 4), (5, 1, 1), (5, 3, 3), (0, 1, 10)],
)
def test_the_lowest_floor_is_the_last_one_within_the_budget(at_most, least, wanted):
    assert lowest({9: 1, 5: 1, 4: 1, 3: 2}, Limits(at_most, least, 1)) == wanted


def test_stripes_of_counters_give_the_same_pairs(monkeypatch):
    baskets = [[f"{n % 5}", f"{5 + n % 7}", f"{12 + n % 3}"] for n in range(60)]
    whole = itemsets(arrow(baskets), ALL)
    monkeypatch.setattr("learnlake.modelling.itemsets.COUNTERS", 40)
    monkeypatch.setattr("learnlake.modelling.itemsets.AT_ONCE", 10)
    assert itemsets(arrow(baskets), ALL) == whole == enumerated(baskets, ALL)
    monkeypatch.setattr("learnlake.modelling.itemsets.HELD", 0)
    monkeypatch.setattr("learnlake.modelling.itemsets.FIRST_ITEMS", 2)
    assert itemsets(arrow(baskets), ALL) == whole
    few = Limits(9, 1, 3)
    assert itemsets(arrow(baskets), few) == enumerated(baskets, few) != {}


@pytest.mark.full
def test_dense_baskets_raise_the_floor_before_anything_explodes():
    """Sixty equal baskets of 1,000 items hold 4e10 itemsets of four: the floor goes past them, and a loose pair stays."""
    dense = [[f"{n:04d}" for n in range(1_000)]] * 60
    pair = [["x", "y"]] * 70
    assert itemsets(arrow(dense + pair), Limits(20_000, 10, 4)) == {("x",): 70, ("y",): 70, ("x", "y"): 70}
    wide = [[f"{n:04d}" for n in range(40)]] * 60
    assert floor(arrow(wide + pair), Limits(20_000, 10, 4)) == 61
    assert len(itemsets(arrow(wide + pair), Limits(20_000, 10, 3))) == 40 + 780 + 9_880 + 3


def test_empty_baskets_and_none_have_no_itemsets():
    assert itemsets(arrow([]), ALL) == {}
    assert itemsets(arrow([[], []]), ALL) == {}
    assert itemsets(arrow([["a"], []]), ALL) == {("a",): 1}


@pytest.mark.parametrize(
    ("least", "by_size"),
    [
        (99, [88, 213, 32]),
        (50, [120, 605, 264, 12]),
        (10, [157, 2_981, 6_831, 3_137, 376, 10]),
    ],
)
def test_groceries_have_as_many_itemsets_as_are_published(groceries, least, by_size):
    sizes = Counter(map(len, itemsets(arrow(groceries), Limits(10**6, least, 10))))
    assert [sizes[n] for n in range(1, 1 + len(sizes))] == by_size


def test_the_budget_chooses_the_floor_of_groceries(groceries):
    assert floor(arrow(groceries), Limits(1_001, 10, 10)) <= 50
    assert len(itemsets(arrow(groceries), Limits(1_001, 10, 10))) <= 1_001
    assert floor(arrow(groceries), Limits(1_000, 10, 10)) == 51


@pytest.mark.full
def test_native_and_mllib_find_the_same_in_groceries(spark: SparkSession, groceries):
    limits = {"groceries": Limits(10**6, 99, 10)}
    baskets = frame(spark, {"groceries": groceries})
    native = by_scope(frequent(baskets, limits))
    assert by_scope(frequent(baskets, limits, at_most_native=10_000)) == native
    assert len(native["groceries"]) == 333


def test_scopes_are_mined_apart_duplicates_count_once_and_large_scopes_go_to_mllib(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
):
    by_mllib, asked = module._by_mllib, []
    monkeypatch.setattr(
        module, "_by_mllib", lambda held, row, *rest: asked.append(row.scope) or by_mllib(held, row, *rest)
    )
    scopes = {
        "a": [["p", "q", "q"], ["p", "q", None], ["p", "r"], [], ["s"]],
        "a/level/x": [["p", "q"], ["q"]],
        "b": [[f"{n % 3}", f"{3 + n % 2}", f"{5 + n % 4}"] for n in range(40)],
    }
    limits = {"a": Limits(100, 1, 3), "b": Limits(9, 2, 2)}
    wanted = {
        scope: enumerated([[i for i in held if i is not None] for held in baskets], limits[scope[0]])
        for scope, baskets in scopes.items()
    }
    baskets = frame(spark, scopes)
    assert by_scope(frequent(baskets, limits)) == wanted
    assert asked == []
    assert by_scope(frequent(baskets, limits, at_most_native=5)) == wanted
    assert sorted(asked) == ["a", "b"]
    assert by_scope(frequent(baskets.limit(0), limits)) == {}


def test_a_floor_guessed_from_a_sample_gives_the_same_answer(spark: SparkSession):
    baskets = [[f"{n % 13}", f"{20 + n % 7}", f"{40 + n % 3}"] for n in range(3_000)]
    limits = {"a": Limits(80, 20, 3)}
    found = by_scope(frequent(frame(spark, {"a": baskets}), limits, at_most_native=100, sample=3_000))
    assert found == {"a": enumerated(baskets, limits["a"])}
