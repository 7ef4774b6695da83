from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from learnlake.modelling.latent import Latent, item_vectors, loadings
from learnlake.modelling.scoring import Asked
from learnlake.modelling.vectors import near, vectors_of
from tests.modelling.preferred import drawn, framed, highest, item, told, user

WEIGHTS = drawn(8, 40, 12)


def test_factors_are_those_of_the_full_decomposition_but_for_the_sign():
    found = loadings(sparse.csr_matrix(WEIGHTS), Latent(4))
    whole = np.linalg.svd(WEIGHTS)[2][:4].T
    assert np.abs(found) == pytest.approx(np.abs(whole), abs=1e-9)
    assert (found[np.abs(found).argmax(axis=0), np.arange(4)] > 0).all()


def test_another_seed_or_the_dense_way_gives_the_same_factors_and_signs():
    held = sparse.csr_matrix(WEIGHTS)
    one = loadings(held, Latent(4))
    assert loadings(held, Latent(4, seed=99)) == pytest.approx(one, abs=1e-9)
    assert loadings(held, Latent(12))[:, :4] == pytest.approx(one, abs=1e-9)
    assert (loadings(held, Latent(4)) == one).all()


def test_more_factors_than_items_are_cut_to_what_there_is():
    assert loadings(sparse.csr_matrix(WEIGHTS), Latent(50)).shape == (12, 12)


def test_vectors_and_candidates_are_those_of_pure_svd(spark):
    frame = framed(spark, WEIGHTS)
    made = item_vectors(frame, Latent(4))
    names, held = vectors_of(made.toArrow())
    assert names == [item(n) for n in range(12)]
    right = loadings(sparse.csr_matrix(WEIGHTS), Latent(4))
    assert held.toarray() == pytest.approx(right, abs=1e-9)
    scores = np.where(WEIGHTS > 0, 0.0, WEIGHTS @ right @ right.T)
    wanted = {(user(u), item(i)): x for u in range(40) for i, x in highest(scores, u, 3).items()}
    found = near(frame, made, Asked(3, parts=1), is_cosine=False)
    assert told(found, "user_id", "item_id", "score") == pytest.approx(wanted)
