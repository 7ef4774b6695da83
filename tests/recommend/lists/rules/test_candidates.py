"""Candidates: what the finders name, with features."""

from __future__ import annotations

import numpy as np
import pytest

from learnlake.recommend.lists.rules.candidates import FEATURES, candidates_of, lined_up
from tests.recommend.lists.small import crowd, dealt, item, placement, user

SHELF = [
    item("go-1", lately_count=9, week_count=0, level="junior"),
    item("go-2", lately_count=5, week_count=0, level="senior"),
    item("js-1", lately_count=3, week_count=0, age_days=4_000),
    item("py-1", lately_count=0, week_count=0, creator_id="bob"),
]
USERS = [user("ann", dealt("go-1", 2.0, taken_age=9)), user("bea", declared=["py"]), user("new")]
PLACE = placement(levels_up=None)


def test_each_finder_names_its_best_and_no_more() -> None:
    held = crowd(USERS, SHELF)
    found = candidates_of(held, PLACE, 1)
    named = {(held.users[u], held.shelf.ids[i]) for u, i in zip(found.user, found.item, strict=True)}
    assert named == {("ann", "go-2"), ("bea", "go-1"), ("bea", "py-1"), ("new", "go-1")}


def test_what_was_taken_is_no_candidate_and_features_stand_beside_each() -> None:
    held = crowd(USERS, SHELF)
    found = candidates_of(held, PLACE, 30)
    assert not ((found.user == 0) & (found.item == 0)).any()
    row = dict(zip(FEATURES, found.features[(found.user == 0) & (found.item == 1)][0], strict=True))
    assert row["popular"] == 1.0, "the most popular of what ann may see"
    assert row["content"] == 1.0
    assert row["level_gap"] == 2.0, "a senior course for who took a junior one"
    assert row["log_popular"] == pytest.approx(np.log(6))
    assert row["creator_share"] == 1.0
    assert np.isnan(row["days_since_own"])
    assert row["age_days"] == 100
    old = found.features[(found.user == 0) & (found.item == 2)][0]
    assert old[FEATURES.index("age_days")] == 365, "an item of many years is as old as one of a year"


def test_candidates_are_lined_up_by_worth_and_equal_ones_by_place() -> None:
    held = crowd(USERS, SHELF)
    found = candidates_of(held, PLACE, 30)
    items, worth, which = lined_up(found, np.ones(len(found.user)), len(held))
    assert items[0].tolist()[:2] == [1, 2]
    assert (np.diff(worth, axis=1) <= 0).all()
    assert (found.item[which[items >= 0]] == items[items >= 0]).all()


def test_a_placement_without_an_item_on_offer_has_no_candidate() -> None:
    held = crowd(USERS, [item("go-1", is_open=False)])
    found = candidates_of(held, PLACE, 30)
    assert len(found.user) == 0
    assert lined_up(found, np.empty(0), len(held))[0].tolist() == [[-1], [-1], [-1]]
