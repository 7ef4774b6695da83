"""Histories as arrays."""

from __future__ import annotations

import numpy as np
import pytest

from tests.recommend.lists.small import crowd, dealt, item, user

SHELF = [item("a", level="senior"), item("b", level="junior"), item("c"), item("d")]
ANN = user(
    "ann",
    dealt("c", -1.0, is_disliked=True),
    dealt("a", 2.0, taken_age=30, age=4),
    dealt("unknown", 9.0),
    dealt("b", 1.0, taken_age=3, is_finished=True),
    dealt("d", 0.5),
)
NEW = user("new")
BEA = user("bea", dealt("b", 1.0), level="intermediate")


@pytest.fixture
def held():
    return crowd([ANN, NEW, BEA], SHELF)


def test_what_was_turned_to_taken_and_done(held) -> None:
    assert held.wanted.toarray().tolist() == [[2, 1, 0, 0.5], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert held.taken.toarray()[0].tolist() == [1, 1, 0, 0]
    assert held.done.toarray()[0].tolist() == [1, 1, 0, 0], "a was taken 30 days ago, b is finished"
    assert held.recent.toarray()[0].tolist() == [0.5, 1, 0, 0], "b was taken last"


def test_the_level_is_the_known_one_or_the_highest_that_was_taken(held) -> None:
    assert held.reached[0] == 2
    assert np.isnan(held.reached[1])
    assert held.reached[2] == 1


def test_pairs_find_their_entry_or_nothing(held) -> None:
    asked = np.array([0, 0, 1, 2]), np.array([0, 2, 0, 1])
    assert held.at_pairs(held.age, *asked).tolist()[:2] == [4, 3]
    assert np.isnan(held.at_pairs(held.age, *asked)[2])
    assert np.isnan(crowd([NEW], SHELF).at_pairs(np.empty(0), np.array([0]), np.array([0]))).all()


def test_the_place_of_a_user_among_others_changes_nothing(held) -> None:
    alone = crowd([BEA], SHELF)
    assert np.array_equal(alone.wanted.toarray()[0], held.wanted.toarray()[2])
