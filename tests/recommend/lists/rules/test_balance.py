"""Topics of a list come in the shares of the user's history, as the divergence counted in full says."""

from __future__ import annotations

import numpy as np
import pytest

from learnlake.recommend.lists.rules.balance import SMOOTHING, balance_gains
from tests.recommend.lists.small import crowd, dealt, item, lists, placement, user

SHELF = [
    *(item(f"go-{n}", lately_count=90 - n) for n in range(5)),
    *(item(f"py-{n}", lately_count=50 - n) for n in range(5)),
    *(item(f"js-{n}", lately_count=20 - n) for n in range(5)),
    item("plain", tags=[], lately_count=95),
]
THREE_TO_ONE = (
    dealt("go-0", 1.0, is_finished=True),
    dealt("go-1", 2.0, is_finished=True),
    dealt("py-0", 1.0, is_finished=True),
)


@pytest.mark.parametrize(
    ("history", "weight", "topics"),
    [
        (THREE_TO_ONE, 0.0, {"go": 3, "plain": 1}),
        (THREE_TO_ONE, 1.0, {"go": 3, "py": 1}),
        ((), 1.0, {"go": 3, "plain": 1}),
        ((dealt("js-0", -2.0, is_disliked=True),), 1.0, {"go": 3, "plain": 1}),
    ],
)
def test_a_list_has_the_topics_of_the_history_in_their_shares(history, weight, topics) -> None:
    found = lists([user("ann", *history)], SHELF, placement(4, topic_balance=weight))["ann"]
    assert {name: sum(item.startswith(name) for item in found) for name in topics} == topics


def test_what_was_turned_to_counts_by_its_strength_and_dislikes_not_at_all() -> None:
    held = crowd([user("ann", *THREE_TO_ONE, dealt("js-0", -2.0)), user("new")], SHELF)
    names = dict(zip(held.shelf.first_tags, held.shelf.tag_codes, strict=True))
    shares = held.topics
    told = {name: shares[0, code] for name, code in names.items()}
    assert told == pytest.approx({"go": 0.9, "py": 0.1, "js": 0.0, "": 0.0}), "3 and 1, squared"
    assert not shares[1].any()


def test_gains_are_the_differences_of_the_divergence_counted_in_full() -> None:
    held = crowd([user("ann", *THREE_TO_ONE)], SHELF)
    codes, wants = held.shelf.tag_codes, held.topics
    counts, listed = np.zeros_like(wants), []

    def divergence(topics: list[int]) -> float:
        shares = np.bincount([code for code in topics if code], minlength=wants.shape[1]) / len(topics)
        mixed = (1 - SMOOTHING) * shares + SMOOTHING * wants[0]
        return float(sum(p * np.log(p / q) for p, q in zip(wants[0], mixed, strict=True) if p > 0))

    for _ in range(4):
        gains = balance_gains(wants, counts, codes[None, :])[0]
        for code, gain in zip(codes, gains, strict=True):
            assert gain == pytest.approx(divergence([*listed, 0]) - divergence([*listed, code]), abs=1e-9)
        best = codes[int(np.argmax(gains))]
        listed.append(best)
        counts[0, best] += 1
