"""The measures in memory are those that `modelling.metrics` counts on Spark."""

from __future__ import annotations

import numpy as np
import pytest
from pyspark.sql import SparkSession

from learnlake.modelling.beyond_accuracy import coverage, popularity_bias
from learnlake.modelling.metrics import judged
from learnlake.recommend.lists.rules.judging import Trial, interval

COUNT = 5


def trial(seed: int, users: int = 40, items: int = 12) -> tuple[Trial, np.ndarray]:
    """Return candidates with scores, ties among them, and truths of which some are no candidates."""
    random = np.random.default_rng(seed)
    user, item = np.nonzero(random.random((users, items)) < 0.7)
    taken = (random.random(len(user)) < 0.2).astype(float)
    truths = np.bincount(user, weights=taken, minlength=users) + random.integers(0, 2, users)
    return Trial(user, item, taken, truths, COUNT), np.round(random.random(len(user)), 1)


def test_measures_are_those_of_the_tables(spark: SparkSession) -> None:
    made, scores = trial(3)
    order = np.lexsort((made.item, -scores, made.user))
    rank = np.arange(len(order)) - np.searchsorted(made.user[order], made.user[order]) + 1
    lists = [(f"u{made.user[at]:02d}", int(place), f"i{made.item[at]}") for at, place in zip(order, rank, strict=True)]
    truth = [(f"u{made.user[at]:02d}", f"i{made.item[at]}") for at in np.flatnonzero(made.taken)]
    own = np.bincount(made.user, weights=made.taken, minlength=len(made.truths))
    truth += [(f"u{user:02d}", "elsewhere") for user in np.flatnonzero(made.truths > own)]
    frames = (
        spark.createDataFrame(lists, "user_id string, rank int, item_id string"),
        spark.createDataFrame(truth, "user_id string, item_id string"),
    )
    expected = judged(*frames, cuts=(COUNT,)).orderBy("user_id").toPandas()
    found = made.measures(scores)
    assert len(expected) == (made.truths > 0).sum()
    for name, values in found.items():
        assert values == pytest.approx(expected[name].to_numpy()), name


def test_how_widely_lists_go_round_is_that_of_the_tables(spark: SparkSession) -> None:
    made, scores = trial(4)
    order = np.lexsort((made.item, -scores, made.user))
    rank = np.arange(len(order)) - np.searchsorted(made.user[order], made.user[order]) + 1
    told = [
        (str(made.user[at]), int(place), str(made.item[at]))
        for at, place in zip(order, rank, strict=True)
        if place <= COUNT
    ]
    lists = spark.createDataFrame(told, "user_id string, rank int, item_id string")
    items = spark.createDataFrame([(str(n),) for n in range(15)], "item_id string")
    found = made.exposure(scores, 15)
    assert found["coverage"] == pytest.approx(coverage(lists, items).first().coverage)
    assert found["gini"] == pytest.approx(popularity_bias(lists, items, lists).first().gini)


def test_users_without_candidates_count_as_nothing_found() -> None:
    made = Trial(np.array([0]), np.array([0]), np.array([1.0]), np.array([1.0, 2.0]), COUNT)
    assert made.ndcg(np.array([0.5])).tolist() == [1.0, 0.0]


def test_an_interval_holds_the_mean_and_narrows_with_users() -> None:
    values = np.random.default_rng(1).random(400)
    low, high = interval(values, 7)
    few_low, few_high = interval(values[:40], 7)
    assert low < values.mean() < high
    assert high - low < few_high - few_low
    assert np.isnan(interval(np.empty(0), 7)).all()
