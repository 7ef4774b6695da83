"""A definition that a person can check: at most three conditions, read off a shallow tree.

Source of the idea: a surrogate tree, Craven and Shavlik (1996), NIPS 8. The conditions are a property of the cut, found on a
sample; how well they hold among all users is counted each day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from learnlake.modelling.clustering import Matrix
from learnlake.segments.rules.names import noun

CONDITIONS = 3
FEWEST = 5


@dataclass(frozen=True)
class Limit:
    """One condition: a feature lies above ``low`` (not included) and at most at ``high``; either may be absent."""

    feature: str
    low: float | None
    high: float | None


def limits_of(raw: Matrix, features: tuple[str, ...], is_member: NDArray[np.bool_]) -> tuple[Limit, ...]:
    """Find the node of a shallow tree that agrees best with a segment (F1 to a hundredth, of equal ones the shorter path).

    Args:
        raw: users x features as they stand in gold.user_features; a missing value counts as the median.
        features: their names.
        is_member: of each user, whether he is in the segment.

    Returns:
        At most three limits, one a feature; empty where nearly everybody or nobody is a member, or no cut tells enough users apart.
    """
    if is_member.sum() < FEWEST or (~is_member).sum() < FEWEST:
        return ()
    known = np.where(np.isfinite(raw), raw, np.nan)
    medians = np.array([np.nanmedian(column) if np.isfinite(column).any() else 0.0 for column in known.T])
    filled = np.where(np.isnan(known), medians, known)
    tree = DecisionTreeClassifier(
        max_depth=CONDITIONS, min_samples_leaf=FEWEST, class_weight="balanced", random_state=0
    ).fit(filled, is_member)
    passed = tree.decision_path(filled).toarray().astype(bool)
    ways = [(_f1(passed[:, node], is_member), -len(steps), node, steps) for node, steps in _paths(tree) if steps]
    return _merged(max(ways)[3], features) if ways else ()


def _paths(tree: DecisionTreeClassifier) -> Iterator[tuple[int, tuple[tuple[int, bool, float], ...]]]:
    """Walk a tree: each node with its steps (feature, whether it lies above, threshold)."""
    held = tree.tree_
    waiting: list[tuple[int, tuple[tuple[int, bool, float], ...]]] = [(0, ())]
    while waiting:
        node, steps = waiting.pop()
        yield node, steps
        if held.children_left[node] == -1:
            continue
        feature, cut = int(held.feature[node]), float(held.threshold[node])
        waiting.append((int(held.children_left[node]), (*steps, (feature, False, cut))))
        waiting.append((int(held.children_right[node]), (*steps, (feature, True, cut))))


def _f1(found: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float:
    both = float((found & wanted).sum())
    return round(2 * both / float(found.sum() + wanted.sum()), 2)


def _merged(steps: tuple[tuple[int, bool, float], ...], features: tuple[str, ...]) -> tuple[Limit, ...]:
    lows: dict[str, float] = {}
    highs: dict[str, float] = {}
    for place, is_above, cut in steps:
        name = features[place]
        if is_above:
            lows[name] = max(cut, lows.get(name, -np.inf))
        else:
            highs[name] = min(cut, highs.get(name, np.inf))
    return tuple(Limit(name, lows.get(name), highs.get(name)) for name in dict.fromkeys((*lows, *highs)))


def in_sql(limits: tuple[Limit, ...]) -> str:
    """Write limits as a condition over gold.user_features; a missing value meets none."""
    parts = []
    for limit in limits:
        parts += [f"{limit.feature} > {_number(limit.low)}"] if limit.low is not None else []
        parts += [f"{limit.feature} <= {_number(limit.high)}"] if limit.high is not None else []
    return " AND ".join(parts)


def in_words(limits: tuple[Limit, ...]) -> tuple[str, str]:
    """Write limits in English and in Chinese."""
    english, chinese = [], []
    for limit in limits:
        name, name_zh = noun(limit.feature)
        low, high = (None if x is None else _number(x) for x in (limit.low, limit.high))
        if low is not None and high is not None:
            english.append(f"{name} above {low}, at most {high}")
            chinese.append(f"{name_zh}大于{low}且不超过{high}")
        elif low is not None:
            english.append(f"{name} above {low}")
            chinese.append(f"{name_zh}大于{low}")
        else:
            english.append(f"{name} at most {high}")
            chinese.append(f"{name_zh}不超过{high}")
    return "; ".join(english), "；".join(chinese)


def _number(value: float | None) -> str:
    """Write a threshold; of counts a tree cuts in the middle between two whole numbers."""
    return f"{value:.4g}" if value is not None else ""
