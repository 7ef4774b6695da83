from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations, groupby
from statistics import median

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.ml.fpm import PrefixSpan
from pyspark.sql import SparkSession

from learnlake.behaviour.rules.paths import of_table
from learnlake.modelling.itemsets import Limits

START = datetime(2026, 3, 1, tzinfo=UTC)
ALL = Limits(10**6, 1, 4)
TAKINGS = st.lists(
    st.dictionaries(st.sampled_from("abcde"), st.integers(0, 4), max_size=5), min_size=1, max_size=12
)  # by user: item -> day


def found_in(users: list[dict[str, float]], limits: Limits = ALL) -> dict[tuple[str, ...], tuple[int, float]]:
    rows = [(f"{n}", item, START + timedelta(days=day)) for n, held in enumerate(users) for item, day in held.items()]
    kinds = (pa.string(), pa.string(), pa.timestamp("us", tz="UTC"))
    columns = (
        [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)]
        if rows
        else [pa.array([], k) for k in kinds]
    )
    found = of_table(pa.table(columns, names=["user_id", "thing", "first_at"]), limits)
    return {tuple(path): (count, days) for path, count, days in zip(*found, strict=True)}


def enumerated(users: list[dict[str, float]], limits: Limits) -> dict[tuple[str, ...], tuple[int, float]]:
    spans: dict[tuple[str, ...], list[float]] = {}
    for held in users:
        for length in range(2, limits.longest + 1):
            for path in combinations(sorted(held, key=lambda item: (held[item], item)), length):
                days = [held[item] for item in path]
                if len(set(days)) == length:
                    spans.setdefault(path, []).append(days[-1] - days[0])
    least = limits.least
    while sum(len(days) >= least for days in spans.values()) > limits.at_most:
        least += 1
    return {path: (len(days), median(days)) for path, days in spans.items() if len(days) >= least}


@settings(max_examples=150, deadline=None)
@given(TAKINGS, st.integers(1, 30), st.integers(1, 4), st.integers(2, 4))
def test_paths_are_those_of_brute_force_at_the_lowest_floor_that_the_budget_allows(users, at_most, least, longest):
    limits = Limits(at_most, least, longest)
    assert found_in(users, limits) == enumerated(users, limits)


def test_small_pieces_give_the_same_paths(monkeypatch):
    random = np.random.default_rng(2)
    users = [
        {f"{item}": float(random.integers(0, 9)) for item in random.choice(9, 5, replace=False)} for _ in range(80)
    ]
    whole = found_in(users, Limits(10**6, 3, 4))
    monkeypatch.setattr("learnlake.behaviour.rules.paths.AT_ONCE", 7)
    assert found_in(users, Limits(10**6, 3, 4)) == whole == enumerated(users, Limits(10**6, 3, 4))


def test_the_order_of_rows_does_not_matter():
    users = [{"a": 0, "b": 1, "c": 2}, {"b": 0, "c": 3}, {"a": 1, "c": 2}]
    assert found_in(users) == found_in([dict(reversed(held.items())) for held in reversed(users)])
    assert found_in(users)[("b", "c")] == (2, 2.0)


def test_nobody_and_users_of_one_item_have_no_paths():
    assert found_in([{}]) == {}
    assert found_in([{"a": 0}, {"b": 1}]) == {}
    assert found_in([{"a": 0, "b": 0}]) == {}


def test_paths_of_single_items_are_those_of_prefixspan(spark: SparkSession):
    """MLlib's steps may hold several items of one moment; ours are its patterns without such steps."""
    random = np.random.default_rng(4)
    users = [
        {f"{item}": float(random.integers(0, 6)) for item in random.choice(8, random.integers(1, 7), replace=False)}
        for _ in range(150)
    ]
    sequences = []
    for held in users:
        days = groupby(sorted(held, key=lambda item: (held[item], item)), key=held.__getitem__)
        sequences.append(([list(items) for _, items in days],))
    frame = spark.createDataFrame(sequences, "sequence array<array<string>>")
    miner = PrefixSpan(minSupport=4.5 / 150, maxPatternLength=4, maxLocalProjDBSize=1_000_000)
    theirs = Counter()
    for row in miner.findFrequentSequentialPatterns(frame).collect():
        if len(row.sequence) > 1 and all(len(step) == 1 for step in row.sequence):
            theirs[tuple(step[0] for step in row.sequence)] = row.freq
    ours = {path: count for path, (count, _) in found_in(users, Limits(10**6, 5, 4)).items()}
    assert ours == dict(theirs)
    assert {len(path) for path in ours} == {2, 3}


@pytest.mark.parametrize("at_most", [1, 2, 3])
def test_a_budget_leaves_the_most_frequent_paths(at_most):
    users = [{"a": 0, "b": 1}] * 3 + [{"b": 0, "c": 1}] * 2 + [{"c": 0, "a": 1}]
    wanted = [("a", "b"), ("b", "c"), ("c", "a")]
    assert sorted(found_in(users, Limits(at_most, 1, 4))) == wanted[:at_most]
