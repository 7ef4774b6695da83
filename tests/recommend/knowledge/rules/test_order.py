from __future__ import annotations

import numpy as np
import pytest
from pyspark.sql import SparkSession
from scipy.stats import kstest

from learnlake.lake.tables.knowledge import ITEM_PROGRESS
from learnlake.recommend.knowledge.rules.order import Pairs, chances, numbered, ordered, usual
from tests.drawing import draw

PROGRESS = """
    user_id | item_id | begun_at            | done_at
    ann     | a       | 2026-05-01T10:00:00 | 2026-05-03T10:00:00
    ann     | b       | 2026-05-03T10:00:00 | 2026-05-09T10:00:00
    bob     | a       | 2026-05-01T10:00:00 | 2026-05-05T10:00:00
    bob     | b       | 2026-05-04T10:00:00 | -
    cal     | a       | 2026-05-01T10:00:00 | -
    cal     | b       | 2026-05-08T10:00:00 | 2026-05-09T10:00:00
    dan     | b       | 2026-05-08T10:00:00 | -
"""


def pairs_of(most_items: int) -> dict[tuple[str, str], tuple[int, ...]]:
    rows = ordered(draw(ITEM_PROGRESS, PROGRESS), most_items).collect()
    return {
        (row.prerequisite_id, row.item_id): (row.both_count, row.prior_count, row.prior_done, row.sooner_count)
        for row in rows
    }


def test_only_who_completed_the_one_before_the_other_counts_as_prior(spark: SparkSession) -> None:
    """Ann did, at the very moment; bob was not through yet, cal never got through; dan took one item only."""
    assert pairs_of(2) == {("a", "b"): (3, 1, 1, 3), ("b", "a"): (3, 0, 0, 0)}


def test_of_who_took_very_many_the_latest_are_paired(spark: SparkSession) -> None:
    assert pairs_of(1) == {}


def every_pair(both: int, prior) -> Pairs:
    """Six items, each pair of which has as many users; ``prior`` says how many of them go from one to the other."""
    first, then = (
        np.array(side, np.int64) for side in zip(*((i, j) for i in range(6) for j in range(6) if i != j), strict=True)
    )
    return Pairs(
        first, then, np.full(30, both), np.array([prior(i, j) for i, j in zip(first, then, strict=True)], np.int64)
    )


def test_an_item_that_comes_first_before_everything_is_nobodys_prerequisite() -> None:
    """All take item 0 first, and the others in any order: 0 before 1 is usual. Only what beats its habit is significant."""
    pairs = every_pair(40, lambda i, j: 38 if i == 0 else 1 if j == 0 else 20)
    expected = usual(pairs)
    _, q = chances(pairs.prior, pairs.both, expected)
    assert expected[(pairs.first == 0) & (pairs.then == 1)] == pytest.approx(0.95, abs=0.02)
    assert (q > 0.5).all()


def test_a_pair_that_goes_its_own_way_is_significant_and_the_only_one() -> None:
    pairs = every_pair(40, lambda i, j: 39 if (i, j) == (2, 4) else 1 if (i, j) == (4, 2) else 20)
    expected = usual(pairs)
    p, q = chances(pairs.prior, pairs.both, expected)
    is_it = (pairs.first == 2) & (pairs.then == 4)
    assert expected[is_it] == pytest.approx(0.5, abs=0.03)  # it has no say in what is expected of it
    assert q[is_it] < 1e-6
    assert (q[~is_it] > 0.05).all()
    assert (q >= p).all()


def test_p_values_of_orders_by_chance_are_no_smaller_than_chance_has_them() -> None:
    drawn = np.random.default_rng(5)
    first, then = np.nonzero(~np.eye(40, dtype=bool))
    both = np.full(len(first), 60)
    pairs = Pairs(first, then, both, drawn.binomial(both, 0.4))
    p, q = chances(pairs.prior, pairs.both, usual(pairs))
    assert (q > 0.05).all()
    assert kstest(p, "uniform", alternative="greater").pvalue > 0.01


def test_no_pairs_are_no_error() -> None:
    none = np.array([], np.int64)
    empty = Pairs(none, none, none, none)
    assert usual(empty).tolist() == []
    assert chances(none, none, usual(empty))[1].tolist() == []


def test_items_are_numbered_by_name_on_both_sides_alike() -> None:
    first, then = numbered(np.array(["c", "a"], object), np.array(["b", "c"], object))
    assert (first.tolist(), then.tolist()) == ([2, 0], [1, 2])
