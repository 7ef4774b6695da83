"""What each finder says, on a shelf small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from learnlake.recommend.lists.models.learned import Learned
from learnlake.recommend.lists.rules.finders import BY_NAME, offered_in, scores
from learnlake.recommend.lists.settings import FINDERS
from tests.recommend.lists.small import crowd, dealt, item, user

SHELF = [
    item("go-1", lately_count=6, week_count=6),
    item("go-2", lately_count=3, week_count=0, needs=["go-1"], next_of=[{"item": "go-1", "share": 0.5}]),
    item("js-1", lately_count=1, by_segment=[("s1", 90)], item_kind="book"),
    item("py-1", lately_count=0, follows=[{"items": ["go-1", "js-1"], "confidence": 0.4}], platform="forum"),
]
PLACES = np.arange(4)
ANN = user("ann", dealt("go-1", 2.0, taken_age=9), dealt("js-1", 1.0, taken_age=3), segment="s1")
BEA = user("bea", dealt("go-2", 1.5), declared=["py", "unknown"])
NEW = user("new")


def learned() -> Learned:
    """Say that go-2 is near go-1, and place items in two dimensions."""
    near = sparse.csr_matrix(([0.5], ([0], [1])), shape=(4, 4))
    ease = sparse.csr_matrix(([0.3, -0.2], ([0, 2], [3, 3])), shape=(4, 4))
    vectors = np.array([[1, 0], [1, 0.1], [0, 1], [0, 0]], dtype=np.float32)
    return Learned(("go-1", "go-2", "js-1", "py-1"), near, ease, vectors, vectors, 10.0, 0.1)


@pytest.mark.parametrize(
    ("finder", "ann", "bea"),
    [
        ("similar", [0, 1.0, 0, 0], [0, 0, 0, 0]),
        ("ease", [0, 0, 0, 0.4], [0, 0, 0, 0]),
        ("next", [0, 0.25, 0, 0], [0, 0, 0, 0]),
        ("rules", [0, 0, 0, 0.4], [0, 0, 0, 0]),
        ("popular", [0.6, 0.3, 0.1, 0], [0.6, 0.3, 0.1, 0]),
        ("own", [2.0, 0, 1.0, 0], [0, 1.5, 0, 0]),
        ("needed", [0, 0, 0, 0], [1.5, 0, 0, 0]),
    ],
)
def test_a_source_says_what_one_counts_by_hand(finder, ann, bea) -> None:
    held = crowd([ANN, BEA, NEW], SHELF, learned())
    said = scores(held, PLACES)[finder]
    assert said[0] == pytest.approx(ann)
    assert said[1] == pytest.approx(bea)


def test_every_source_is_asked_and_none_says_less_than_nothing() -> None:
    said = scores(crowd([ANN, BEA, NEW], SHELF, learned()), PLACES)
    assert tuple(said) == FINDERS == tuple(BY_NAME)
    assert all((held >= 0).all() and np.isfinite(held).all() for held in said.values())


def test_factors_and_singular_values_prefer_what_lies_the_same_way() -> None:
    said = scores(crowd([user("ann", dealt("go-1", 3.0))], SHELF, learned()), PLACES)
    for finder in ("factors", "svd"):
        assert said[finder][0, 1] > said[finder][0, 2]
        assert said[finder][0, 3] == 0, "nothing was learned of py-1"


def test_content_goes_by_what_was_done_and_by_what_was_declared() -> None:
    held = crowd([ANN, BEA, NEW], SHELF, learned())
    said = scores(held, PLACES)["content"]
    assert said[1, 3] > said[1, 2], "py was declared, js was not"
    assert said[1, 0] > said[1, 2], "go-2 was turned to, and go-1 shares its tag"
    assert not said[2].any(), "nothing is known of the newcomer"
    assert held.tastes[1].toarray().max() < 1


def test_those_of_one_job_have_a_popularity_of_their_own() -> None:
    shelf = [*SHELF[:3], {**SHELF[3], "by_job": [("testing", 90)]}]
    said = scores(crowd([user("tess", job="testing"), NEW], shelf, learned()), PLACES)["job"]
    assert said[0].argmax() == 3, "py-1, which testers turned to ninety times"
    assert said[1].argmax() == 0


def test_a_segment_has_a_popularity_of_its_own() -> None:
    said = scores(crowd([ANN, NEW], SHELF, learned()), PLACES)["segment"]
    assert said[0].argmax() == 2, "js-1, which the segment turned to ninety times"
    assert said[1].argmax() == 0


def test_what_is_more_asked_for_this_week_than_before_is_trending() -> None:
    said = scores(crowd([NEW], SHELF), PLACES)["trending"][0]
    assert said.argmax() == 0
    assert said[1] == 0, "no more than its quarter"


def test_a_placement_offers_its_kinds_of_its_platforms() -> None:
    held = crowd([NEW], SHELF)
    assert list(offered_in(("course",), (), held)) == [0, 1, 3]
    assert list(offered_in(("course",), ("forum",), held)) == [3]
    assert list(offered_in(("course", "book"), ("academy",), held)) == [0, 1, 2]
