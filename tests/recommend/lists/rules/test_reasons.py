"""Reasons name what is so."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from learnlake.recommend.lists.models.learned import Learned
from learnlake.recommend.lists.rules.reasons import WORDS, why
from tests.recommend.lists.small import crowd, dealt, item, user

SHELF = [
    item("go-1"),
    item("go-2", needs=["go-1"], next_of=[{"item": "go-1", "share": 0.5}]),
    item("js-1", by_segment=[("s1", 4)], by_job=[("testing", 2)]),
    item("py-1", follows=[{"items": ["go-1", "js-1"], "confidence": 0.4}, {"items": ["js-1"], "confidence": 0.2}]),
    item("zz-1", lately_count=0),
]


def learned() -> Learned:
    """Say that py-1 is near go-1 and js-1, nearer to js-1."""
    near = np.zeros((5, 5))
    near[0, 3], near[2, 3] = 0.3, 0.5
    flat = np.zeros((5, 2), dtype=np.float32)
    ids = tuple(one["item_id"] for one in SHELF)
    return Learned(ids, sparse.csr_matrix(near), sparse.csr_matrix((5, 5)), flat, flat, 1.0, 1.0)


TAKEN = dealt("go-1", 2.0, taken_age=9)
FINISHED = dealt("js-1", 2.0, taken_age=30, is_finished=True)
LOOKED = dealt("go-2", 1.0)


@pytest.mark.parametrize(
    ("history", "shown", "finder", "code", "named"),
    [
        ([TAKEN], "py-1", "similar", "because_you_took", "go-1"),
        ([FINISHED, TAKEN], "py-1", "ease", "because_you_finished", "js-1"),
        ([dealt("js-1")], "py-1", "factors", "because_you_looked_at", "js-1"),
        ([TAKEN], "go-2", "next", "comes_next", "go-1"),
        ([FINISHED], "py-1", "rules", "goes_with", "js-1"),
        ([FINISHED, TAKEN], "py-1", "rules", "goes_with", "go-1"),
        ([LOOKED], "go-1", "needed", "needed_for", "go-2"),
        ([LOOKED], "go-1", "content", "fits_interest", "go"),
        ([], "js-1", "content", "fits_declared_interest", "js"),
        ([TAKEN], "go-2", "svd", "fits_interest", "go"),
        ([LOOKED], "go-2", "own", "you_turned_to_it", None),
        ([], "js-1", "segment", "segment_takes", "s1"),
        ([], "py-1", "segment", "many_take", None),
        ([], "js-1", "job", "job_takes", "testing"),
        ([], "go-1", "job", "many_take", None),
        ([], "zz-1", "next", "explored", None),
        ([], "py-1", "trending", "trending", None),
        ([], "py-1", "pinned", "pinned", None),
    ],
)
def test_each_source_gives_its_reason(history, shown, finder, code, named) -> None:
    held = crowd([user("ann", *history, segment="s1", job="testing", declared=["js"])], SHELF, learned())
    found = why(held, np.array([0]), np.array([held.shelf.place[shown]]), np.array([finder], dtype=object))
    named_item = held.shelf.ids[found.item[0]] if found.item[0] >= 0 else None
    assert (found.code[0], named_item or found.tag[0] or None) == (code, named)


def test_reasons_are_told_in_both_languages() -> None:
    held = crowd([user("ann", FINISHED)], SHELF, learned())
    english, chinese = why(held, np.array([0]), np.array([3]), np.array(["similar"], dtype=object)).words(held)
    assert (english, chinese) == (["because you finished Js-1"], ["因为你学完了《Js-1》"])


def test_every_code_has_words_in_both_languages() -> None:
    assert all(len(words) == 2 and all(words) for words in WORDS.values())
