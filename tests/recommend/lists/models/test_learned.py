"""What was learned moves to other shelves, and folds in users it has not seen."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from learnlake.recommend.lists.models.learned import EMPTY
from learnlake.recommend.lists.rules.learning import learned
from learnlake.recommend.lists.settings import ListSettings
from tests.recommend.lists.rules.test_learning import preferences


def test_on_another_shelf_known_items_keep_what_was_learned_and_new_ones_have_none() -> None:
    found = learned(preferences(1), ListSettings(rank=3))
    moved = found.on(np.array(["a1", "new", "a0"], dtype=object))
    at = {item: place for place, item in enumerate(found.items)}
    assert np.array_equal(moved.factors[[0, 2]], found.factors[[at["a1"], at["a0"]]])
    assert not moved.factors[1].any()
    assert moved.similar[0, 2] == found.similar[at["a1"], at["a0"]]
    assert moved.similar[1].nnz == moved.similar[:, 1].nnz == 0


def test_nothing_learned_moves_to_any_shelf() -> None:
    moved = EMPTY.on(np.array(["x", "y"], dtype=object))
    assert (moved.similar.shape, moved.ease.nnz, moved.factors.shape) == ((2, 2), 0, (2, 1))


def test_folding_in_is_the_least_squares_of_its_definition() -> None:
    """Hu, Koren and Volinsky (2008), equation (4), solved as one dense system."""
    found = learned(preferences(1), ListSettings(rank=3))
    strengths = np.zeros((2, 12))
    strengths[0, [0, 3]] = [1.5, 2.0]
    y = found.factors.astype(float)
    confidence = np.diag(1 + found.confidence * strengths[0])
    left = y.T @ confidence @ y + found.penalty * np.eye(3)
    expected = np.linalg.solve(left, y.T @ confidence @ (strengths[0] > 0))
    folded = found.fold_in(sparse.csr_matrix(strengths))
    assert folded[0] == pytest.approx(expected, rel=1e-3)
    assert not folded[1].any(), "a user without a preference"


def test_folding_in_prefers_items_of_the_same_taste() -> None:
    found = learned(preferences(1), ListSettings(rank=3))
    strengths = np.zeros((1, 12))
    strengths[0, [0, 1]] = 2.0
    said = found.fold_in(sparse.csr_matrix(strengths)) @ found.factors.T
    assert said[0, 2:6].min() > said[0, 6:].max()
