"""What waits for another item stands below it, whatever else moves places."""

from __future__ import annotations

import pytest

from tests.recommend.lists.small import dealt, item, lists, placement, rows_of, user

CHAIN = [
    item("go-1", lately_count=20),
    item("go-2", needs=["go-1"], lately_count=90),
    item("go-3", needs=["go-1", "go-2"], lately_count=95),
]
NOBODY = [user("new")]
FIRST = dealt("go-1", taken_age=40, is_finished=True)


@pytest.mark.parametrize(
    ("history", "rules", "expected"),
    [
        ((), {}, ["go-1", "go-2"]),
        ((), {"prerequisites_in_list": False}, ["go-1"]),
        ((), {"only_after_prerequisites": False}, ["go-3", "go-2", "go-1"]),
        ((), {"pins": {"go-2": 1}}, ["go-1", "go-2"]),
        ((), {"exclude": ("go-1",)}, []),
        ((FIRST,), {}, ["go-2", "go-3"]),
        ((FIRST,), {"prerequisites_in_list": False}, ["go-2"]),
        ((FIRST,), {"most_per_topic": 1}, ["go-2"]),
        ((dealt("go-1", 0.0, is_familiar=True),), {}, ["go-2", "go-3"]),
        ((dealt("go-1", -2.0, is_disliked=True),), {}, []),
    ],
)
def test_one_step_ahead_may_stand_below_what_it_needs(history, rules, expected) -> None:
    assert lists([user("ann", *history)], CHAIN, placement(3, **rules))["ann"] == expected


def test_what_stands_above_is_the_reason() -> None:
    rows = {row["item_id"]: row for row in rows_of(NOBODY, CHAIN, placement(3))}
    assert rows["go-2"]["reason_code"] == "after_the_one_above"
    assert rows["go-2"]["reason_item_id"] == "go-1"
    assert rows["go-2"]["reason_en"] == "follows Go-1, which stands above"
    assert rows["go-2"]["reason_zh"] == "学完上面的《Go-1》之后接着学"
    assert rows["go-1"]["reason_code"] == "many_take"


MANY = [user(f"u{n:03d}") for n in range(300)]
WIDE = [
    one
    for n, topic in enumerate(("go", "py", "js", "c", "sql"))
    for one in (
        item(f"{topic}-1", lately_count=60 - n, creator_id="ann"),
        item(f"{topic}-2", needs=[f"{topic}-1"], lately_count=70 - n, creator_id="bob" if n < 4 else "eve"),
        item(f"{topic}-0", lately_count=2 + n, creator_id="cid", age_days=3),
    )
]


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"explore_share": 0.4},
        {"least_creator_share": 0.1, "least_new_share": 0.2},
        {"explore_share": 0.4, "least_creator_share": 0.1, "pins": {"sql-2": 1, "py-0": 2}},
    ],
    ids=lambda rules: " ".join(rules) or "plain",
)
def test_lots_floors_and_pins_never_part_an_item_from_what_it_needs(rules) -> None:
    rows = rows_of(MANY, WIDE, placement(5, **rules))
    at = {(row["user_id"], row["item_id"]): row["rank"] for row in rows}
    below = [(key, rank) for key, rank in at.items() if key[1].endswith("-2")]
    assert len(below) > 100, "items that wait are shown"
    assert all(at.get((who, name.replace("-2", "-1")), 99) < rank for (who, name), rank in below)
    assert len(rows) == 5 * len(MANY)
