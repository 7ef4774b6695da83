"""Users with planted tastes: each takes items of two topics, in the order of their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from learnlake.recommend.lists.rules.candidates import candidates_of
from learnlake.recommend.lists.rules.judging import Trial
from learnlake.recommend.lists.rules.ranking import Past
from learnlake.recommend.lists.settings import Placement
from tests.recommend.lists.small import crowd, dealt, item, user

TOPICS = tuple("abcdefgh")
EACH, NEW = 6, 5  # courses of a topic, and the number of the one that is new


def shelf(popular: dict[str, int]) -> list[dict[str, Any]]:
    """Return six courses of each topic."""
    return [
        item(
            f"{topic}-{n}",
            lately_count=popular.get(f"{topic}-{n}", 5),
            creator_id=None,
            age_days=5 if n == NEW else 100,
        )
        for topic in TOPICS
        for n in range(EACH)
    ]


def past(people: int, seed: int, place: Placement, *, by_chance: bool = False) -> Past:
    """Return a past day: of each user three courses taken, and one more in the weeks after, of the same topic or any.

    Args:
        people: users.
        seed: of the tastes.
        place: the placement.
        by_chance: whether what is taken later has nothing to do with tastes.
    """
    random = np.random.default_rng(seed)
    users, later = [], {}
    counts: dict[str, int] = {}
    for at in range(people):
        topic = TOPICS[random.integers(len(TOPICS))]
        numbers = random.permutation(EACH)
        mine = [f"{topic}-{n}" for n in numbers[:3]]
        held = [dealt(name, 2.0, taken_age=int(random.integers(5, 60))) for name in mine]
        users.append(user(f"u{at:04d}", *held, segment="s1"))
        any_topic = TOPICS[random.integers(len(TOPICS))]
        later[at] = f"{any_topic}-{random.integers(EACH)}" if by_chance else f"{topic}-{numbers[3]}"
        for name in mine:
            counts[name] = counts.get(name, 0) + 1
    held_crowd = crowd(users, shelf(counts))
    found = candidates_of(held_crowd, place, 30)
    taken = np.zeros((people, len(held_crowd.shelf)))
    for at, name in later.items():
        taken[at, held_crowd.shelf.place[name]] = 1
    truths = (taken[:, found.columns].astype(bool) & found.may).sum(axis=1).astype(float)
    trial = Trial(found.user, found.item, taken[found.user, found.item], truths, place.count)
    groups = {"segment": held_crowd.segments}
    new = sum(name.endswith(f"-{NEW}") for name in later.values())
    return Past(found, trial, np.random.default_rng(seed).integers(0, 100, people), groups, new)
