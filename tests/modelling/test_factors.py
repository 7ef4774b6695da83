from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from pyspark.errors import SparkRuntimeException
from pyspark.sql import DataFrame, SparkSession
from sklearn.metrics import roc_auc_score

from learnlake.errors import LearnlakeError
from learnlake.modelling.factors import Factors, fold_in, learn_factors, sound
from learnlake.modelling.settings import Learning
from learnlake.modelling.topn import Items

USERS, ITEMS, TASTES = 60, 40, 4
NATIVE = Learning(rank=4, iterations=30, regularisation=0.5)
BY_MLLIB = NATIVE.model_copy(update={"native_up_to": 0, "iterations": 5})
Pairs = list[tuple[str, str, float]]


def planted() -> tuple[Pairs, NDArray[np.bool_], NDArray[np.bool_]]:
    """Every user likes the items of one taste, took six of ten of them, and one by chance; returns rows, who likes what, who took what."""
    random = np.random.default_rng(11)
    likes = np.arange(USERS)[:, None] % TASTES == np.arange(ITEMS)[None, :] % TASTES
    took = np.zeros((USERS, ITEMS), bool)
    for user in range(USERS):
        took[user, random.choice(np.flatnonzero(likes[user]), 6, replace=False)] = True
        took[user, random.integers(ITEMS)] = True
    rows = [(f"u{u:02d}", f"i{i:02d}", 1.0 + (u + i) % 2) for u, i in zip(*np.nonzero(took), strict=True)]
    return [rows[place] for place in random.permutation(len(rows))], likes, took


ROWS, LIKES, TOOK = planted()


def frame(spark: SparkSession, rows: Pairs) -> DataFrame:
    table = pa.table(dict(zip(("user_id", "item_id", "strength"), map(list, zip(*rows, strict=True)), strict=True)))
    return spark.createDataFrame(table)


def by_id(held: DataFrame) -> dict[str, list[float] | None]:
    return dict(sorted(tuple(row) for row in held.collect()))


def matrices(learned: Factors) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    users, items = by_id(learned.users), by_id(learned.items)
    assert (list(users), list(items)) == ([f"u{n:02d}" for n in range(USERS)], [f"i{n:02d}" for n in range(ITEMS)])
    return np.array(list(users.values())), np.array(list(items.values()))


@pytest.fixture(scope="module")
def found(spark: SparkSession) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    held = frame(spark, ROWS)
    ways = {"native": NATIVE, "mllib": BY_MLLIB}
    return {name: matrices(learn_factors(held, way, len(ROWS))) for name, way in ways.items()}


def held_out_auc(users: NDArray[np.float64], items: NDArray[np.float64]) -> float:
    """How well scores tell the liked from the other items, among those that were not taken."""
    return float(roc_auc_score(LIKES[~TOOK], (users @ items.T)[~TOOK]))


def test_both_ways_find_planted_tastes_again_about_equally_well(found):
    native, mllib = (held_out_auc(*found[way]) for way in ("native", "mllib"))
    popular = held_out_auc(np.ones((USERS, 1)), TOOK.sum(axis=0)[:, None].astype(float))
    assert native > 0.97
    assert mllib == pytest.approx(native, abs=0.02)
    assert popular < 0.7


def test_both_ways_learn_the_same_scores(found):
    """Factors may be turned; what they multiply to may not."""
    native, mllib = (users @ items.T for users, items in found.values())
    assert np.corrcoef(native.ravel(), mllib.ravel())[0, 1] > 0.99
    assert native[TOOK].mean() > 5 * native[~TOOK & ~LIKES].mean()


@pytest.mark.parametrize("way", [NATIVE, BY_MLLIB], ids=["native", "mllib"])
def test_fold_in_of_unchanged_preferences_gives_what_was_learned(spark: SparkSession, found, way: Learning):
    users, items = found["native" if way is NATIVE else "mllib"]
    known = Items.of([f"i{n:02d}" for n in range(ITEMS)], items)
    folded = np.array(list(by_id(fold_in(frame(spark, ROWS), known, way)).values()))
    cosine = (folded * users).sum(axis=1) / np.linalg.norm(folded, axis=1) / np.linalg.norm(users, axis=1)
    ratio = np.linalg.norm(folded, axis=1) / np.linalg.norm(users, axis=1)
    assert cosine.min() > 0.999
    assert ratio == pytest.approx(1, abs=0.03)
    assert ratio.mean() == pytest.approx(1, abs=0.005)  # MLlib's own scale of users and items would be 0.985


def test_a_user_nobody_saw_in_training_is_given_the_taste_of_what_was_taken(spark: SparkSession, found):
    known = Items.of([f"i{n:02d}" for n in range(ITEMS)], found["native"][1])
    new = [("new", "i01", 1.0), ("new", "i05", 1.0), ("new", "never", 3.0)]
    told = by_id(fold_in(frame(spark, [*new, ("zero", "i01", 0.0), ("lost", "never", 1.0)]), known, NATIVE))
    scores = known.factors @ np.array(told["new"])
    assert set(np.argsort(-scores)[:10] % TASTES) == {1}
    assert (told["zero"], told["lost"]) == (None, None)


def test_the_order_of_rows_does_not_matter(spark: SparkSession, found):
    turned = frame(spark, sorted(ROWS, key=lambda row: row[::-1])).repartition(3)
    for way, learning, off in (("native", NATIVE, 0.0), ("mllib", BY_MLLIB, 1e-3)):
        users, items = matrices(learn_factors(turned, learning, len(ROWS)))
        assert np.abs(users @ items.T - found[way][0] @ found[way][1].T).max() <= off


def test_a_single_user_and_a_single_item_are_learned(spark: SparkSession):
    for rows in ([("ann", "a", 1.0)], [("ann", "a", 1.0), ("ann", "b", 0.0), ("bob", "a", 0.5), ("bob", "a", 0.5)]):
        learned = learn_factors(frame(spark, rows), NATIVE, len(rows))
        users, items = by_id(learned.users), by_id(learned.items)
        assert list(items) == ["a"]
        scores = np.array(list(users.values())) @ np.array(items["a"])
        assert np.ptp(scores) < 1e-6, "single precision"
        assert 0.5 < scores[0] < 1


@pytest.mark.parametrize("strength", [-1.0, float("nan"), float("inf"), None])
def test_a_strength_that_is_none_is_refused(spark: SparkSession, strength: float | None):
    rows = frame(spark, [("ann", "a", 1.0), ("ann", "b", strength)])
    with pytest.raises(SparkRuntimeException, match="strength is no finite number of 0 or more: leave such rows out"):
        sound(rows).collect()


def test_a_row_without_user_or_item_is_refused(spark: SparkSession):
    for user, item in ((None, "a"), ("ann", None)):
        with pytest.raises(SparkRuntimeException, match="lacks user_id or item_id"):
            sound(frame(spark, [("x", "y", 1.0), (user, item, 1.0)])).collect()


@pytest.mark.parametrize("way", [NATIVE, BY_MLLIB], ids=["native", "mllib"])
def test_preferences_that_say_nothing_are_refused(spark: SparkSession, way: Learning):
    rows = frame(spark, [("ann", "a", 0.0)])
    with pytest.raises(LearnlakeError, match="no preference has a strength above 0"):
        learn_factors(rows, way, 1)
    with pytest.raises(LearnlakeError, match="there are no preferences"):
        learn_factors(rows.limit(0), way, 0)
