"""A graph of what must come first: circles broken at their weakest link, and links told apart that follow from others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Shape:
    """What becomes of each link: whether it is left out for the sake of a circle, and whether it follows from other links."""

    is_circular: Flags
    is_transitive: Flags


def shaped(links: Sequence[tuple[int, int]], strongest_first: Sequence[int]) -> Shape:
    """Cut links until there is no circle, and mark those that others imply.

    Links are taken up in order of strength, and one that would close a circle is cut: of every circle it is the weakest link that goes.
    What is left has no circle, and its transitive reduction (Aho, Garey and Ullman, 1972, SIAM J. Comput. 1) is unique.

    Args:
        links: what comes first, and what after it, as numbers from 0; no pair twice.
        strongest_first: places in ``links``, each once, the strongest link first.
    """
    size = 1 + max((end for link in links for end in link), default=-1)
    reaches: Flags = np.zeros((size, size), bool)
    is_circular: Flags = np.zeros(len(links), bool)
    for place in strongest_first:
        first, then = links[place]
        if first == then or reaches[then, first]:
            is_circular[place] = True
            continue
        before, after = reaches[:, first].copy(), reaches[then].copy()
        before[first] = after[then] = True
        reaches |= np.outer(before, after)
    between = [bool((reaches[first] & reaches[:, then]).any()) for first, then in links]
    return Shape(is_circular, np.array(between, bool) & ~is_circular)
