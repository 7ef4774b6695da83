from __future__ import annotations

import numpy as np
import pytest

from learnlake.modelling.neighbours import candidates, expected_ratings, like_users, similar_users
from learnlake.modelling.scoring import Asked
from learnlake.modelling.similarity import Likeness
from tests.modelling.preferred import PREFERENCES, RATINGS, drawn, framed, highest, item, told, user

WEIGHTS = drawn(13, 15, 8)


@pytest.mark.parametrize("keeps_known", [False, True])
def test_candidates_are_the_weighted_sum_of_similarities(spark, keeps_known):
    near = np.abs(np.random.default_rng(14).normal(size=(8, 8))).round(2)
    near[near < 0.5] = 0.0
    np.fill_diagonal(near, 0.0)
    rows = [(item(n), item(i), float(near[n, i])) for n, i in np.argwhere(near > 0).tolist()]
    likenesses = spark.createDataFrame(rows, "item_id string, other_id string, similarity double")
    scores = WEIGHTS @ near if keeps_known else np.where(WEIGHTS > 0, 0.0, WEIGHTS @ near)
    wanted = {(user(u), item(i)): x for u in range(15) for i, x in highest(scores, u, 3).items()}
    found = candidates(framed(spark, WEIGHTS), likenesses, Asked(3, keeps_known))
    assert told(found, "user_id", "item_id", "score") == pytest.approx(wanted)


def test_of_a_small_matrix_two_equal_users_are_each_others_nearest(spark):
    ratings = spark.createDataFrame(RATINGS, PREFERENCES)
    found = told(similar_users(ratings, Likeness(neighbours=1)), "user_id", "other_id", "similarity")
    assert found[("user1", "user2")] == pytest.approx(1.0)
    assert found[("user2", "user1")] == pytest.approx(1.0)
    assert found[("user3", "user1")] == pytest.approx(12 / np.sqrt(34 * 20))
    assert len(found) == 3


def test_an_item_that_no_neighbour_rated_gets_no_invented_score(spark):
    """Nobody rated item4, and both neighbours of user3 rated item1 with 5."""
    ratings = spark.createDataFrame(RATINGS, PREFERENCES)
    found = told(like_users(ratings, Likeness(), 2), "user_id", "item_id", "score")
    assert found == pytest.approx({("user1", "item3"): 2.0, ("user2", "item3"): 2.0, ("user3", "item1"): 5.0})
    nearest = told(like_users(ratings, Likeness(), 1), "user_id", "item_id", "score")
    assert nearest == pytest.approx({("user3", "item1"): 5.0})


def test_nearer_users_count_for_more(spark):
    rows = [("b", "x", 5.0), ("c", "x", 1.0), ("a", "y", 1.0)]
    near = [("a", "b", 0.9), ("a", "c", 0.1)]
    likenesses = spark.createDataFrame(near, "user_id string, other_id string, similarity double")
    found = told(expected_ratings(spark.createDataFrame(rows, PREFERENCES), likenesses), "user_id", "item_id", "score")
    assert found == pytest.approx({("a", "x"): 4.6})
