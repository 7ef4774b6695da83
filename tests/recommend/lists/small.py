"""A small shelf and a few users, drawn in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from learnlake.recommend.lists.models.learned import EMPTY, Learned
from learnlake.recommend.lists.models.recommender import Recommender
from learnlake.recommend.lists.rules.crowd import Crowd
from learnlake.recommend.lists.rules.frames import OFFERED, SERVED
from learnlake.recommend.lists.rules.lists import Maker
from learnlake.recommend.lists.rules.shelf import Shelf
from learnlake.recommend.lists.settings import House, ListSettings, Placement
from learnlake.settings import Words

DAY = date(2026, 5, 1)
NAME = Words(en="next", zh="下一步")


def item(name: str, **told: Any) -> dict[str, Any]:
    """Return an item on offer, a course of the first tag that ten users turned to lately."""
    made = {
        "item_id": name,
        "item_kind": "course",
        "platform": "academy",
        "words": name,
        "tags": [name.split("-")[0]],
        "language": "en",
        "creator_id": "ann",
        "price": 10.0,
        "age_days": 100,
        "is_open": True,
        "lately_count": 10,
        "week_count": 2,
        "title": name.title(),
    }
    return {**made, **told}


def dealt(name: str, strength: float = 1.0, **told: Any) -> dict[str, Any]:
    """Return what a user did with an item: turned to it three days ago."""
    flags = dict.fromkeys(("is_finished", "is_refunded", "is_disliked", "is_familiar"), False)
    return {"item_id": name, "strength": strength, "age": 3, "taken_age": None, **flags, **told}


def user(name: str, *history: Mapping[str, Any], **told: Any) -> dict[str, Any]:
    """Return a user with a history."""
    return {"user_id": name, "history": list(history) or None, **told}


def items_table(*items: Mapping[str, Any]) -> pa.Table:
    """Return rows of ``frames.offered``."""
    return pa.Table.from_pylist(list(items), schema=OFFERED)


def users_table(*users: Mapping[str, Any]) -> pa.Table:
    """Return rows of ``frames.served``."""
    return pa.Table.from_pylist(list(users), schema=SERVED)


def crowd(users: list[dict[str, Any]], items: list[dict[str, Any]], learned: Learned = EMPTY) -> Crowd:
    """Return users over a shelf."""
    return Crowd.of(users_table(*users), Shelf.of(items_table(*items), learned))


def placement(count: int = 3, **house: Any) -> Placement:
    """Return a placement of courses with house rules: without diversity and lots unless said otherwise."""
    rules = House(**{"diversity": 0.0, "explore_share": 0.0, **house})
    return Placement(name=NAME, item_kinds=("course",), count=count, success=("enroll",), house=rules)


def lists(
    users: list[dict[str, Any]], items: list[dict[str, Any]], place: Placement, model: Recommender | None = None
) -> dict[str, list[str]]:
    """Return by user the items of the list, in order."""
    rows = rows_of(users, items, place, model)
    out: dict[str, list[str]] = {one["user_id"]: [] for one in users}
    for row in sorted(rows, key=lambda row: (row["user_id"], row["rank"])):
        out[row["user_id"]].append(row["item_id"])
    return out


def rows_of(
    users: list[dict[str, Any]], items: list[dict[str, Any]], place: Placement, model: Recommender | None = None
) -> list[dict[str, Any]]:
    """Return the rows of the lists."""
    maker = Maker(model or Recommender(), {"next": place}, ListSettings(), DAY)
    rows: list[dict[str, Any]] = maker.tabled(users_table(*users), items_table(*items)).to_pylist()
    return rows


def places(found: np.ndarray, held: Crowd) -> list[str]:
    """Return the ids of some places."""
    return [str(held.shelf.ids[at]) for at in found]
