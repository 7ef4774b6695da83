"""Places that go by lot and by floors."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from learnlake.recommend.lists.rules.shares import lots
from tests.recommend.lists.small import crowd, item, placement, rows_of, user

CREATORS = ("ann", "bob", "cid", "dee")
SHELF = [
    item(f"t{n}-1", lately_count=100 - n, creator_id=CREATORS[n % 4] if n < 8 else "eve", age_days=100 if n < 10 else 5)
    for n in range(12)
]
MANY = [user(f"u{n:03d}") for n in range(400)]


def test_lots_are_even_and_the_same_whoever_else_is_there() -> None:
    alone = lots(crowd(MANY[:1], SHELF), "next|2026-05-01|7", 3)
    all_of_them = lots(crowd(MANY, SHELF), "next|2026-05-01|7", 3)
    assert np.array_equal(alone[0], all_of_them[0])
    assert all_of_them.mean() == pytest.approx(0.5, abs=0.03)
    assert not np.array_equal(all_of_them, lots(crowd(MANY, SHELF), "next|2026-05-02|7", 3))


def test_some_places_after_the_first_go_by_lot_to_the_rarely_shown_and_say_with_what_chance() -> None:
    rows = rows_of(MANY, SHELF, placement(5, explore_share=0.2))
    later = [row for row in rows if row["rank"] > 1]
    drawn = [row for row in later if row["is_explored"]]
    assert len(drawn) / len(later) == pytest.approx(0.2, abs=0.04)
    assert not any(row["is_explored"] for row in rows if row["rank"] == 1)
    assert {row["item_id"] for row in drawn} == {"t9-1", "t10-1", "t11-1"}, "the quarter that was turned to least"
    assert {row["reason_code"] for row in drawn} == {"explored"}
    assert all(0 < row["propensity"] <= 0.2 for row in drawn)
    kept = {round(row["propensity"], 6) for row in later if not row["is_explored"]}
    assert kept <= {0.8, 1.0}, "1 where nothing is left to draw"
    shown = Counter((row["user_id"], row["item_id"]) for row in rows)
    assert max(shown.values()) == 1, "nothing twice in a list"


def test_inverse_chances_count_what_would_have_been_shown() -> None:
    """The sum of 1 / chance over explored places is the number of places times the items that may be drawn, up to noise."""
    rows = rows_of(MANY, SHELF, placement(2, explore_share=0.3))
    second = [row for row in rows if row["rank"] == 2 and row["is_explored"]]
    weights = sum(1 / row["propensity"] for row in second)
    assert weights / (3 * len(MANY)) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize(("share", "least"), [(0.0, 0), (0.05, 60)])
def test_every_creator_gets_the_least_share_of_places(share, least) -> None:
    rows = rows_of(MANY, SHELF, placement(3, least_creator_share=share))
    shown = Counter({row["item_id"]: 0 for row in rows})
    creators = {one["item_id"]: one["creator_id"] for one in SHELF}
    shown = Counter(creators[row["item_id"]] for row in rows)
    assert len(rows) == 1200
    assert shown["eve"] == least
    assert all(row["rank"] == 3 for row in rows if creators[row["item_id"]] == "eve"), "the first places go by worth"


@pytest.mark.parametrize(("share", "least"), [(0.0, 0), (0.1, 120)])
def test_what_is_new_gets_the_least_share_of_places(share, least) -> None:
    rows = rows_of(MANY, SHELF, placement(3, least_new_share=share, new_days=10))
    assert sum(row["item_id"] in ("t10-1", "t11-1") for row in rows) == least
