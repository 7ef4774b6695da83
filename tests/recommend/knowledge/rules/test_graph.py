from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnlake.recommend.knowledge.rules.graph import shaped


def test_what_follows_from_other_links_is_marked() -> None:
    """0 > 1 > 2 > 3: of six links three are told by the others."""
    links = [(0, 1), (1, 2), (2, 3), (0, 2), (0, 3), (1, 3)]
    found = shaped(links, range(6))
    assert found.is_circular.tolist() == [False] * 6
    assert found.is_transitive.tolist() == [False, False, False, True, True, True]


def test_of_a_circle_the_weakest_link_is_circular() -> None:
    links = [(0, 1), (1, 2), (2, 0)]
    for weakest in range(3):
        order = [place for place in range(3) if place != weakest] + [weakest]
        assert np.flatnonzero(shaped(links, order).is_circular).tolist() == [weakest]


def test_a_link_that_is_circular_makes_no_other_transitive() -> None:
    """1 > 0 is weaker than 0 > 1; with it cut, 1 > 2 is the only way from 1 to 2."""
    found = shaped([(0, 1), (1, 0), (0, 2), (1, 2)], (0, 2, 3, 1))
    assert found.is_circular.tolist() == [False, True, False, False]
    assert found.is_transitive.tolist() == [False, False, True, False]


def test_nothing_comes_before_itself_and_no_link_is_no_error() -> None:
    assert shaped([(0, 0)], (0,)).is_circular.tolist() == [True]
    assert shaped([], ()).is_circular.tolist() == []


def reached(links: list[tuple[int, int]], start: int) -> set[int]:
    found, todo = set(), [start]
    while todo:
        here = todo.pop()
        for first, then in links:
            if first == here and then not in found:
                found.add(then)
                todo.append(then)
    return found


@pytest.mark.parametrize("size", [4, 7])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_left_has_no_circle_and_the_direct_links_reach_as_far(size: int, data: st.DataObject) -> None:
    pair = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))
    links = data.draw(st.lists(pair, unique=True, max_size=20))
    order = data.draw(st.permutations(range(len(links))))
    found = shaped(links, order)
    left = [link for link, is_circular in zip(links, found.is_circular, strict=True) if not is_circular]
    flags = zip(links, found.is_circular, found.is_transitive, strict=True)
    direct = [link for link, is_circular, is_transitive in flags if not (is_circular or is_transitive)]
    for node in range(size):
        assert node not in reached(left, node)
        assert reached(left, node) == reached(direct, node)
    for place, is_circular in enumerate(found.is_circular):
        if is_circular:  # with it, the links that are stronger would close a circle
            stronger = [links[other] for other in order[: order.index(place)] if not found.is_circular[other]]
            first, then = links[place]
            assert first == then or first in reached(stronger, then)
