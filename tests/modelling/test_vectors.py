from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from learnlake.modelling.scoring import Asked
from learnlake.modelling.vectors import VECTORS, alike, near, nearness, vector_table, vectors_of
from tests.modelling.preferred import drawn, framed, highest, item, told, user

WEIGHTS = drawn(3, 12, 8)
HELD = np.where(np.random.default_rng(4).random((8, 6)) < 0.5, np.random.default_rng(5).normal(size=(8, 6)), 0.0)
HELD[7] = 0.0  # nothing is known of this one


def unit(matrix: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.divide(matrix, length, out=np.zeros_like(matrix), where=length > 0)


@pytest.fixture
def vectors(spark):
    rows = [(item(n), np.flatnonzero(row).tolist(), row[row != 0].tolist()) for n, row in enumerate(HELD)]
    return spark.createDataFrame(rows[::-1], VECTORS)


def test_vectors_go_to_a_table_and_come_back_sorted_by_item():
    names, found = vectors_of(vector_table(["b", "a", "c"], sparse.csr_matrix(HELD[[1, 0, 7]])))
    assert names == ["a", "b", "c"]
    assert found.toarray().tolist() == HELD[[0, 1, 7], : found.shape[1]].tolist()
    assert not HELD[[0, 1, 7], found.shape[1] :].any()


def test_items_alike_are_those_of_brute_force(vectors):
    cosines = unit(HELD) @ unit(HELD).T
    np.fill_diagonal(cosines, 0.0)
    wanted = {(item(n), item(i)): x for n in range(8) for i, x in highest(cosines, n, 3).items()}
    assert told(alike(vectors, 3), "item_id", "other_id", "similarity") == pytest.approx(wanted)


@pytest.mark.parametrize("is_cosine", [True, False])
def test_what_is_near_a_user_is_that_of_brute_force(spark, vectors, is_cosine):
    users = WEIGHTS @ HELD
    scores = unit(users) @ unit(HELD).T if is_cosine else users @ HELD.T
    scores = np.where(WEIGHTS > 0, 0.0, scores)
    wanted = {(user(u), item(i)): x for u in range(12) for i, x in highest(scores, u, 3).items()}
    found = near(framed(spark, WEIGHTS), vectors, Asked(3, parts=2), is_cosine=is_cosine)
    assert told(found, "user_id", "item_id", "score") == pytest.approx(wanted)


@pytest.mark.parametrize("is_cosine", [True, False])
def test_long_vectors_give_the_same_scores_as_short_ones(is_cosine):
    """Zeros at the end change nothing but the way that is taken."""
    names, weights = [item(n) for n in range(8)], sparse.csr_matrix(np.concatenate([WEIGHTS, np.eye(8)[7:]]))
    long = np.concatenate([HELD, np.zeros((8, 9))], axis=1)
    one, other = (nearness(names, sparse.csr_matrix(held), is_cosine=is_cosine).score(weights) for held in (HELD, long))
    assert other == pytest.approx(one, abs=1e-12)
    assert (one[-1] == 0).all(), "of this user's only item nothing is known"
