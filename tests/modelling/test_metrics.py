from __future__ import annotations

import numpy as np
import pytest
import pytrec_eval
from pyspark.sql import DataFrame, SparkSession

from learnlake.modelling.metrics import METRICS, averaged, gained, judged

LISTS = "user_id string, rank int, item_id string"
TRUTH = "user_id string, item_id string, gain int"
CUTS = (1, 3, 10)
NAMES = {
    "precision": "P_{}",
    "recall": "recall_{}",
    "ndcg": "ndcg_cut_{}",
    "average_precision": "map_cut_{}",
    "hit": "success_{}",
}


def drawn(seed: int) -> tuple[dict[str, list[str]], dict[str, dict[str, int]]]:
    """Lists of 0 to 12 of 15 items, and 1 to 8 relevant ones with gains 0 to 3; some users lack the one or the other."""
    random = np.random.default_rng(seed)
    lists, truth = {}, {}
    for n in range(60):
        items = [f"i{place:02d}" for place in random.permutation(15)]
        lists[f"u{n:02d}"] = items[: random.integers(0, 13)]
        chosen = random.permutation(items)[: random.integers(1, 9)]
        gains = random.integers(0, 4, len(chosen)).tolist()
        truth[f"u{n:02d}"] = {str(item): gain for item, gain in zip(chosen, gains, strict=True)}
    del truth["u00"], truth["u01"], lists["u02"], lists["u03"]
    return lists, truth


def frames(
    spark: SparkSession, lists: dict[str, list[str]], truth: dict[str, dict[str, int]]
) -> tuple[DataFrame, DataFrame]:
    rows = [(name, place + 1, item) for name, items in lists.items() for place, item in enumerate(items)]
    wanted = [(name, item, gain) for name, items in truth.items() for item, gain in items.items()]
    return spark.createDataFrame(rows[::-1], LISTS), spark.createDataFrame(wanted, TRUTH)


def by_trec_eval(
    lists: dict[str, list[str]], truth: dict[str, dict[str, int]]
) -> dict[tuple[str, int], dict[str, float]]:
    """What trec_eval says of users with something relevant; one without a list has zeros. Its reciprocal rank knows no cut: lists are cut."""
    wanted = {name: items for name, items in truth.items() if any(items.values())}
    measures = {name.format(",".join(map(str, CUTS))).replace("_1,", ".1,") for name in NAMES.values()}
    run = {name: {item: -float(place) for place, item in enumerate(items)} for name, items in lists.items()}
    told = pytrec_eval.RelevanceEvaluator(wanted, measures).evaluate(run)
    out = {}
    for k in CUTS:
        short = {name: {item: -float(place) for place, item in enumerate(items[:k])} for name, items in lists.items()}
        first = pytrec_eval.RelevanceEvaluator(wanted, {"recip_rank"}).evaluate(short)
        for name in wanted:
            out[name, k] = {
                ours: told[name][theirs.format(k)] if name in told else 0.0 for ours, theirs in NAMES.items()
            }
            out[name, k]["reciprocal_rank"] = first[name]["recip_rank"] if name in first else 0.0
    return out


@pytest.mark.parametrize("is_graded", [True, False])
def test_every_number_is_that_of_trec_eval(spark, is_graded):
    lists, truth = drawn(1)
    if not is_graded:
        truth = {name: dict.fromkeys((item for item, gain in held.items() if gain), 1) for name, held in truth.items()}
    shown, wanted = frames(spark, lists, truth)
    found = judged(shown, wanted if is_graded else wanted.drop("gain"), CUTS).collect()
    theirs = by_trec_eval(lists, truth)
    assert len(found) == len(theirs) > 150
    for row in found:
        assert {name: row[name] for name in METRICS} == pytest.approx(theirs[row.user_id, row.k], abs=1e-9), row


def test_users_without_a_list_count_as_zero_and_lists_without_truth_do_not_count(spark):
    shown, wanted = frames(spark, {"a": ["x", "y"], "c": ["x"]}, {"a": {"y": 1}, "b": {"x": 1}, "d": {"x": 0}})
    found = {row.user_id: row for row in judged(shown, wanted, (2,)).collect()}
    assert set(found) == {"a", "b"}
    assert [found["b"][name] for name in METRICS] == [0.0] * 6
    assert [found["a"][name] for name in METRICS] == pytest.approx([0.5, 1.0, 1 / np.log2(3), 0.5, 0.5, 1.0])


def test_an_item_that_stands_twice_counts_once_at_its_first_rank(spark):
    shown, wanted = frames(spark, {"a": ["x", "y", "y"]}, {"a": {"y": 1, "z": 1}})
    row = judged(shown, wanted, (3,)).first()
    assert (row.recall, row.precision, row.average_precision) == pytest.approx((0.5, 1 / 3, 0.25))


def test_places_below_one_are_refused(spark):
    shown, wanted = frames(spark, {"a": ["x"]}, {"a": {"x": 1}})
    for cuts in ((), (5, 0)):
        with pytest.raises(ValueError, match="judged at places from 1 on"):
            judged(shown, wanted, cuts)


def test_means_and_intervals_are_those_of_a_sample_of_users(spark):
    """1,500 users, so that some share a group: the interval is as wide as that of the normal law, within the noise of 100 rounds."""
    random = np.random.default_rng(3)
    numbers = random.beta(1, 4, 1_500)
    rows = [(f"u{n}", 10, float(x), None if n % 2 else 1.0) for n, x in enumerate(numbers)]
    users = spark.createDataFrame(rows, "user_id string, k int, recall double, ndcg double")
    found = {row.metric: row for row in averaged(users, ("recall", "ndcg"), rounds=100).collect()}
    half = 1.96 * numbers.std() / np.sqrt(len(numbers))
    assert found["recall"].value == pytest.approx(numbers.mean())
    assert found["recall"].low == pytest.approx(numbers.mean() - half, abs=half * 0.3)
    assert found["recall"].high == pytest.approx(numbers.mean() + half, abs=half * 0.3)
    assert (found["recall"].user_count, found["ndcg"].user_count) == (1_500, 750)
    assert (found["ndcg"].value, found["ndcg"].low, found["ndcg"].high) == (1.0, 1.0, 1.0)


def test_the_order_of_users_does_not_move_an_interval(spark):
    rows = [(f"u{n}", 5, n / 40) for n in range(40)]
    both = [spark.createDataFrame(held, "user_id string, k int, hit double") for held in (rows, rows[::-1])]
    one, other = (averaged(held, ("hit",), rounds=20).first() for held in both)
    assert tuple(one)[2:] == pytest.approx(tuple(other)[2:], rel=1e-12)
    assert one.low < one.value < one.high


def test_what_one_source_gains_on_another_is_told_user_by_user(spark):
    truth = {"a": {"x": 1}, "b": {"x": 1}}
    one, wanted = frames(spark, {"a": ["x", "y"], "b": ["y", "x"]}, truth)
    other, _ = frames(spark, {"a": ["y", "x"]}, truth)
    found = gained(judged(one, wanted, (2,)), judged(other, wanted, (2,)), ("reciprocal_rank",)).collect()
    assert {row.user_id: row.reciprocal_rank for row in found} == {"a": 0.5, "b": 0.5}
