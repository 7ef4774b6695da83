"""Items as arrays."""

from __future__ import annotations

import numpy as np
import pytest

from learnlake.recommend.lists.models.learned import EMPTY
from learnlake.recommend.lists.rules.shelf import Shelf, level_numbers
from tests.recommend.lists.small import item, items_table

ROWS = [
    item("b", tags=["go"], creator_id=None, title=None, needs=["a", "gone"], by_segment=[("s1", 3)]),
    item("a", tags=["go", "web"], level="senior", lately_count=8, week_count=4),
    item("c", tags=None, words=None, next_of=[{"item": "a", "share": 0.4}, {"item": "gone", "share": 0.6}]),
]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf.of(items_table(*ROWS), EMPTY)


def test_items_stand_in_the_order_of_their_ids(shelf) -> None:
    assert list(shelf.ids) == ["a", "b", "c"]
    assert list(shelf.titles) == ["A", "b", "C"], "an item without a title is named by its id"
    assert list(shelf.creators) == ["ann", "", "ann"]
    assert list(shelf.first_tags) == ["go", "go", ""]


def test_what_refers_to_unknown_items_is_left_out(shelf) -> None:
    assert shelf.needs.toarray().tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 0]]
    assert shelf.next_of.toarray().tolist() == [[0, 0, 0.4], [0, 0, 0], [0, 0, 0]]


def test_trends_are_counted_in_standard_deviations(shelf) -> None:
    assert shelf.trending[0] == pytest.approx((4 - 2) / np.sqrt(3))


def test_an_item_with_no_text_and_no_tag_is_like_those_of_its_creator_alone(shelf) -> None:
    likeness = (shelf.content @ shelf.content.T).toarray()
    assert likeness[0, 1] > likeness[0, 2] > likeness[1, 2] == 0


def test_a_shelf_of_one_item_of_which_nothing_is_known_is_a_shelf() -> None:
    bare = item("only", tags=None, words=None, creator_id=None, language=None, level=None, title=None)
    only = Shelf.of(items_table(bare), EMPTY)
    assert (len(only), only.content.shape, only.tagged[1], only.segments) == (1, (1, 0), {}, {})


def test_levels_are_numbers() -> None:
    assert level_numbers(["junior", "senior", None, "wizard"]) == pytest.approx([0, 2, np.nan, np.nan], nan_ok=True)
