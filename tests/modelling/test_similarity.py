from __future__ import annotations

import numpy as np
import pytest
from implicit.nearest_neighbours import ItemItemRecommender, bm25_weight, normalize, tfidf_weight
from scipy import sparse

from learnlake.modelling.similarity import Likeness, similar
from tests.modelling.preferred import drawn, framed, highest, item, told

WEIGHTS = drawn(11, 40, 12, share=0.2)
THEIRS = {
    "cosine": normalize,
    "tfidf": lambda held: normalize(tfidf_weight(held)),
    "bm25": lambda held: bm25_weight(held, K1=1.2, B=0.75),
}


def by_implicit(weighting: str) -> np.ndarray:
    model = ItemItemRecommender(K=12, num_threads=1)
    model.fit(THEIRS[weighting](sparse.csr_matrix(WEIGHTS.T)).T.tocsr(), show_progress=False)
    found = model.similarity.toarray()
    np.fill_diagonal(found, 0.0)
    return found


@pytest.mark.parametrize("weighting", ["cosine", "tfidf", "bm25"])
def test_similarities_are_those_of_the_package_implicit(spark, weighting):
    theirs = by_implicit(weighting)
    wanted = {(item(n), item(i)): x for n in range(12) for i, x in highest(theirs, n, 4).items()}
    found = similar(framed(spark, WEIGHTS), Likeness(weighting, neighbours=4))
    assert told(found, "item_id", "other_id", "similarity") == pytest.approx(wanted)


def test_items_that_share_too_few_users_are_not_told(spark):
    held = WEIGHTS > 0
    shared = held.astype(int).T @ held.astype(int)
    found = told(
        similar(framed(spark, WEIGHTS), Likeness(neighbours=12, least_users=3)), "item_id", "other_id", "similarity"
    )
    assert set(found) == {(item(n), item(i)) for n in range(12) for i in range(12) if n != i and shared[n, i] >= 3}


def test_of_a_user_with_too_many_items_always_the_same_are_drawn(spark):
    """One user with 12 items, of which 5 count: 5 x 4 pairs."""
    one = np.ones((1, 12))
    rows = framed(spark, one)
    found = told(similar(rows, Likeness(most_items=5)), "item_id", "other_id", "similarity")
    again = told(similar(rows.orderBy("item_id"), Likeness(most_items=5)), "item_id", "other_id", "similarity")
    assert len(found) == 20
    assert set(again) == set(found)


def test_equal_similarities_are_told_by_the_name_of_the_other(spark):
    found = told(similar(framed(spark, np.ones((2, 5))), Likeness(neighbours=2)), "item_id", "other_id", "similarity")
    assert {other for one, other in found if one == item(0)} == {item(1), item(2)}
    assert {other for one, other in found if one == item(2)} == {item(0), item(1)}
    assert found == pytest.approx(dict.fromkeys(found, 1.0))
