from __future__ import annotations

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession

from learnlake.modelling.beyond_accuracy import (
    coverage,
    creator_exposure,
    diversity,
    miscalibration,
    novelty,
    popularity_bias,
)

RANDOM = np.random.default_rng(21)
CATALOGUE = [f"i{n:02d}" for n in range(25)]
LISTS = {f"u{n}": [CATALOGUE[i] for i in RANDOM.choice(18, 4, replace=False)] for n in range(9)}
HISTORY = {
    f"u{n}": {CATALOGUE[i + 3]: float(RANDOM.integers(1, 4)) for i in RANDOM.choice(19, 5, replace=False)}
    for n in range(12)
}
TAGS = {
    name: {f"t{place}": 1.0 for place in RANDOM.choice(5, RANDOM.integers(0, 4), replace=False)} for name in CATALOGUE
}
TAKEN = Counter(item for held in HISTORY.values() for item in held)
SHOWN = Counter(item for held in LISTS.values() for item in held)


@pytest.fixture(scope="module")
def lists(spark: SparkSession) -> DataFrame:
    rows = [(user, place + 1, item) for user, items in LISTS.items() for place, item in enumerate(items)]
    return spark.createDataFrame(rows, "user_id string, rank int, item_id string")


@pytest.fixture(scope="module")
def items(spark: SparkSession) -> DataFrame:
    rows = [(name, None if n % 7 == 0 else f"c{n % 3}") for n, name in enumerate(CATALOGUE)]
    return spark.createDataFrame(rows, "item_id string, creator_id string")


@pytest.fixture(scope="module")
def history(spark: SparkSession) -> DataFrame:
    rows = [(user, item, weight) for user, held in HISTORY.items() for item, weight in held.items()]
    return spark.createDataFrame(rows, "user_id string, item_id string, weight double")


@pytest.fixture(scope="module")
def tags(spark: SparkSession) -> DataFrame:
    rows = [(item, tag, value) for item, held in TAGS.items() for tag, value in held.items()]
    return spark.createDataFrame(rows, "item_id string, feature string, value double")


def test_coverage_is_the_share_of_the_catalogue_that_anybody_is_shown(lists, items):
    row = coverage(lists, items).first()
    assert (row.item_count, row.shown_count, row.coverage) == (25, len(SHOWN), pytest.approx(len(SHOWN) / 25))
    assert coverage(lists, items.limit(0)).first().coverage is None


def test_novelty_is_the_mean_self_information_of_a_list(lists, history):
    found = {row.user_id: row.novelty for row in novelty(lists, history).collect()}
    wanted = {
        user: np.mean([-math.log2(max(TAKEN[item], 1) / len(HISTORY)) for item in held]) for user, held in LISTS.items()
    }
    assert found == pytest.approx(wanted)
    assert any(TAKEN[item] == 0 for held in LISTS.values() for item in held)


def test_diversity_is_one_less_the_mean_cosine_of_all_pairs(lists, tags):
    def cosine(one: str, other: str) -> float:
        return len(TAGS[one].keys() & TAGS[other].keys()) / math.sqrt(len(TAGS[one]) * len(TAGS[other]))

    wanted = {}
    for user, held in LISTS.items():
        pairs = [*combinations([item for item in held if TAGS[item]], 2)]
        wanted[user] = 1 - np.mean([cosine(*pair) for pair in pairs]) if pairs else None
    rows = diversity(lists, tags).collect()
    assert len(rows) == len(LISTS), "one of each user"
    assert {row.user_id: row.diversity for row in rows} == pytest.approx(wanted)


def test_diversity_of_given_vectors_and_of_fewer_than_two(spark):
    rows = [("a", 1, "x"), ("a", 2, "y"), ("b", 1, "x"), ("b", 2, "none")]
    lists = spark.createDataFrame(rows, "user_id string, rank int, item_id string")
    places = [("x", "0", 3.0), ("x", "1", 4.0), ("y", "0", -1.0), ("none", "0", 0.0)]
    vectors = spark.createDataFrame(places, "item_id string, feature string, value double")
    found = {row.user_id: row.diversity for row in diversity(lists, vectors).collect()}
    assert found == {"a": pytest.approx(1.6), "b": None}


def test_popularity_bias_is_that_of_brute_force(lists, items, history):
    row = popularity_bias(lists, items, history).first()
    shown = np.array(sorted(SHOWN[item] for item in CATALOGUE), dtype=float)
    between = np.abs(shown[:, None] - shown[None, :]).sum()
    assert row.gini == pytest.approx(between / (2 * 25 * shown.sum()))
    left, got = 3.0, 0.0  # a tenth of 25 items, rounded up
    for level in sorted({TAKEN[item] for item in CATALOGUE}, reverse=True):
        held = [SHOWN[item] for item in CATALOGUE if TAKEN[item] == level]
        fits = min(left, len(held))
        got, left = got + fits * sum(held) / len(held), left - fits
    assert row.top_decile_share == pytest.approx(got / shown.sum())


def test_an_even_show_has_no_bias_and_one_item_alone_has_all(spark):
    catalogue = spark.createDataFrame([(name,) for name in "abcdefghij"], "item_id string")
    history = spark.createDataFrame([("u", "a")], "user_id string, item_id string")
    even = [("u", n + 1, name) for n, name in enumerate("abcdefghij")]
    kinds = "user_id string, rank int, item_id string"
    row = popularity_bias(spark.createDataFrame(even, kinds), catalogue, history).first()
    assert (row.gini, row.top_decile_share) == pytest.approx((0.0, 0.1))
    row = popularity_bias(spark.createDataFrame([("u", 1, "a"), ("v", 1, "a")], kinds), catalogue, history).first()
    assert (row.gini, row.top_decile_share) == pytest.approx((0.9, 1.0))


def spread(held: dict[str, float]) -> dict[str, float] | None:
    """Share of each topic by brute force."""
    out: Counter[str] = Counter()
    for item, weight in held.items():
        for tag, value in TAGS[item].items():
            out[tag] += weight * value / sum(TAGS[item].values())
    return {tag: x / sum(out.values()) for tag, x in out.items()} if out else None


def test_miscalibration_is_the_divergence_of_the_topics(lists, history, tags):
    wanted = {}
    for user, held in LISTS.items():
        p, q = spread(HISTORY[user]), spread(dict.fromkeys(held, 1.0))
        mixed = {tag: 0.99 * q.get(tag, 0.0) + 0.01 * p[tag] for tag in p} if p and q else {}
        wanted[user] = sum(p[tag] * math.log(p[tag] / mixed[tag]) for tag in p) if mixed else None
    topics = tags.withColumnsRenamed({"feature": "topic", "value": "weight"})
    found = {row.user_id: row.miscalibration for row in miscalibration(lists, history, topics).collect()}
    assert found == pytest.approx(wanted)
    assert max(x for x in wanted.values() if x is not None) > 0.5


def test_a_list_like_the_history_is_calibrated_and_one_of_other_topics_is_not(spark):
    topics = spark.createDataFrame([("x", "s", 2.0), ("y", "t", 1.0)], "item_id string, topic string, weight double")
    rows = [("a", "x", 1.0), ("b", "x", 1.0), ("c", "n", 1.0)]
    history = spark.createDataFrame(rows, "user_id string, item_id string, weight double")
    shown = [("a", 1, "x"), ("b", 1, "y"), ("c", 1, "x")]
    lists = spark.createDataFrame(shown, "user_id string, rank int, item_id string")
    found = {row.user_id: row.miscalibration for row in miscalibration(lists, history, topics).collect()}
    assert found == {"a": pytest.approx(0.0), "b": pytest.approx(math.log(100)), "c": None}


def test_creators_share_places_as_counted(lists, items):
    creators = {name: f"c{n % 3}" for n, name in enumerate(CATALOGUE) if n % 7}
    shown = Counter(creators[item] for held in LISTS.values() for item in held if item in creators)
    owned = Counter(creators.values())
    found = {row.creator_id: tuple(row)[1:] for row in creator_exposure(lists, items).collect()}
    assert found == {
        name: pytest.approx((owned[name], shown[name], owned[name] / len(creators), shown[name] / shown.total()))
        for name in owned
    }
