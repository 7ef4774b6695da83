from __future__ import annotations

import numpy as np
import pytest
from pyspark.errors import PythonException
from scipy import sparse

from learnlake.errors import LearnlakeError
from learnlake.modelling.ease import Ease, candidates, learned, refuse, similar, weights_between
from learnlake.modelling.scoring import Asked
from learnlake.modelling.vectors import VECTORS
from tests.modelling.preferred import drawn, framed, highest, item, told, user

WEIGHTS = drawn(6, 30, 7)


def solved(weights: np.ndarray, penalty: float) -> np.ndarray:
    """Least squares of each item by the others with a ridge: what EASE minimises, column by column."""
    out = np.zeros((weights.shape[1], weights.shape[1]))
    for n in range(weights.shape[1]):
        rest = np.delete(weights, n, axis=1)
        found = np.linalg.solve(rest.T @ rest + penalty * np.eye(rest.shape[1]), rest.T @ weights[:, n])
        out[np.arange(weights.shape[1]) != n, n] = found
    return out


def test_the_closed_form_is_the_ridge_of_each_item_on_the_others():
    found = weights_between(sparse.csr_matrix(WEIGHTS), Ease(penalty=3.0))
    assert found == pytest.approx(solved(WEIGHTS, 3.0), abs=1e-12)


def test_dropout_is_what_many_copies_with_items_left_out_at_random_would_learn():
    """Half of the entries are thought away in each copy; the copies' mean gram scales what lies off the diagonal by another half."""
    random = np.random.default_rng(7)
    copies = np.concatenate([WEIGHTS * (random.random(WEIGHTS.shape) < 0.5) * 2 for _ in range(4_000)])
    gram = copies.T @ copies / 4_000
    inverse = np.linalg.inv(gram + 3.0 * np.eye(7))
    wanted = inverse / -np.diag(inverse)
    np.fill_diagonal(wanted, 0.0)
    found = weights_between(sparse.csr_matrix(WEIGHTS), Ease(penalty=3.0, dropout=0.5))
    assert found == pytest.approx(wanted, abs=0.01)


def test_side_information_counts_as_users_who_have_its_items():
    """A tag of three items with weight 4 is as four users with these items, each with the length 1 of the tag."""
    tag = np.zeros((7, 1))
    tag[[0, 2, 5]] = 1.0
    more = np.concatenate([WEIGHTS, np.repeat(tag.T, 4, axis=0)])
    found = weights_between(sparse.csr_matrix(WEIGHTS), Ease(3.0, side_weight=4.0), sparse.csr_matrix(tag))
    assert found == pytest.approx(solved(more, 3.0), abs=1e-12)


def test_an_item_that_nobody_has_gets_a_score_by_its_content(spark):
    sides = [(item(n), [n % 2], [2.0]) for n in range(7)] + [("new", [1], [0.5])]
    vectors = spark.createDataFrame(sides[::-1], VECTORS)
    made = learned(framed(spark, WEIGHTS), Ease(3.0, side_weight=4.0), vectors).cache()
    odd = np.concatenate([WEIGHTS, np.zeros((30, 1))], axis=1)
    tags = np.repeat(np.array([[1.0, 0.0] * 3 + [1.0, 0.0], [0.0, 1.0] * 3 + [0.0, 1.0]]), 4, axis=0)
    between = solved(np.concatenate([odd, tags]), 3.0)
    names = [item(n) for n in range(7)] + ["new"]
    found = {row.item_id: row.weights for row in made.collect()}
    for n, name in enumerate(names):
        assert found[name] == pytest.approx(between[n].tolist(), abs=1e-6)
    offered = candidates(framed(spark, WEIGHTS), made, Asked(8, parts=1)).where("item_id = 'new'").count()
    assert offered == int((odd @ between[:, 7] > 0).sum()) > 10
    made.unpersist()


def test_candidates_and_neighbours_are_those_of_the_formula(spark):
    frame = framed(spark, WEIGHTS)
    made = learned(frame, Ease(penalty=3.0)).cache()
    between = solved(WEIGHTS, 3.0)
    scores = np.where(WEIGHTS > 0, 0.0, WEIGHTS @ between)
    wanted = {(user(u), item(i)): x for u in range(30) for i, x in highest(scores, u, 3).items()}
    found = candidates(frame, made, Asked(3, parts=2))
    assert told(found, "user_id", "item_id", "score") == pytest.approx(wanted, rel=1e-5)
    near = {(item(n), item(i)): x for n in range(7) for i, x in highest(between, n, 2).items()}
    assert told(similar(made, 2), "item_id", "other_id", "similarity") == pytest.approx(near, rel=1e-5)
    made.unpersist()


def test_more_items_than_the_settings_allow_are_refused_with_what_to_do(spark):
    refuse(7, Ease(most_items=7))
    with pytest.raises(LearnlakeError, match="EASE was given 8 items and takes at most 7: leave out rare items"):
        refuse(8, Ease(most_items=7))
    with pytest.raises(PythonException, match="EASE was given 7 items and takes at most 6"):
        learned(framed(spark, WEIGHTS), Ease(most_items=6)).collect()
