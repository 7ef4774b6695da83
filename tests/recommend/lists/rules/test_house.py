"""Every rule of the house changes a list, and the list is another one without it."""

from __future__ import annotations

import pytest

from tests.recommend.lists.small import dealt, item, lists, placement, user

POPULAR = [
    item("go-1", lately_count=50),
    item("py-1", lately_count=40),
    item("js-1", lately_count=30),
    item("c-1", lately_count=20),
]
NOBODY = [user("new")]


def test_without_rules_what_is_popular_comes_first() -> None:
    assert lists(NOBODY, POPULAR, placement(4)) == {"new": ["go-1", "py-1", "js-1", "c-1"]}


@pytest.mark.parametrize(
    ("rule", "deed"),
    [
        ("taken", dealt("go-1", taken_age=20)),
        ("finished", dealt("go-1", is_finished=True)),
        ("refunded", dealt("go-1", is_refunded=True)),
        ("disliked", dealt("go-1", -2.0, is_disliked=True)),
        ("familiar", dealt("go-1", 0.0, is_familiar=True)),
    ],
    ids=lambda held: held if isinstance(held, str) else "",
)
def test_what_speaks_against_an_item_keeps_it_out_by_its_own_rule_alone(rule, deed) -> None:
    others = tuple({"taken", "finished", "refunded", "disliked", "familiar"} - {rule})
    with_rule = lists([user("ann", deed)], POPULAR, placement(4, never_again=(rule,)))
    without = lists([user("ann", deed)], POPULAR, placement(4, never_again=others))
    assert "go-1" not in with_rule["ann"]
    assert "go-1" in without["ann"]


@pytest.mark.parametrize(
    ("rules", "first"),
    [
        ({"exclude": ("go-1",)}, ["py-1", "js-1", "c-1"]),
        ({"exclude_tags": ("go",)}, ["py-1", "js-1", "c-1"]),
        ({"exclude_creators": ("ann",)}, []),
        ({"pins": {"c-1": 1}}, ["c-1", "go-1", "py-1"]),
        ({"pins": {"c-1": 2}}, ["go-1", "c-1", "py-1"]),
        ({"boosts": {"c-1": 5.0}}, ["c-1", "go-1", "py-1"]),
        ({"boosts": {"js": 5.0}}, ["js-1", "go-1", "py-1"]),
        ({"boosts": {"go": 0.1}}, ["py-1", "js-1", "c-1"]),
    ],
)
def test_exclusions_pins_and_boosts(rules, first) -> None:
    assert lists(NOBODY, POPULAR, placement(3, **rules))["new"] == first


def test_a_pin_yields_to_what_the_user_must_not_see() -> None:
    own = [user("ann", dealt("c-1", -2.0, is_disliked=True))]
    assert "c-1" not in lists(own, POPULAR, placement(3, pins={"c-1": 1}))["ann"]


def test_withdrawn_and_unpublished_items_are_never_shown() -> None:
    closed = [{**POPULAR[0], "is_open": False}, *POPULAR[1:]]
    assert lists(NOBODY, closed, placement(4))["new"] == ["py-1", "js-1", "c-1"]


SHELF = [
    item("go-1", lately_count=50, creator_id="ann"),
    item("go-2", lately_count=45, creator_id="bob"),
    item("go-3", lately_count=40, creator_id="ann"),
    item("py-1", lately_count=10, creator_id="cid"),
]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, ["go-1", "go-2", "go-3"]),
        ({"most_per_topic": 2}, ["go-1", "go-2", "py-1"]),
        ({"most_per_topic": 1}, ["go-1", "py-1"]),
        ({"most_per_creator": 1}, ["go-1", "go-2", "py-1"]),
        ({"diversity": 0.6}, ["go-1", "py-1", "go-2"]),
    ],
)
def test_caps_and_diversity(rules, expected) -> None:
    assert lists(NOBODY, SHELF, placement(3, **rules))["new"] == expected


def test_a_level_too_far_up_is_held_back_and_one_step_is_not() -> None:
    levels = [item(f"go-{n}", level=level) for n, level in enumerate(("junior", "intermediate", "senior"))]
    junior = [user("ann", level="junior")]
    assert lists(junior, levels, placement(3, levels_up=1))["ann"] == ["go-0", "go-1"]
    assert lists(junior, levels, placement(3, levels_up=None))["ann"] == ["go-0", "go-1", "go-2"]


def test_what_is_too_hard_waits_for_its_prerequisite() -> None:
    shelf = [item("go-1"), item("go-2", needs=["go-1"], lately_count=90)]
    done = dealt("go-1", taken_age=40, is_finished=True)
    assert lists([user("ann", done)], shelf, placement())["ann"] == ["go-2"]
    assert lists(NOBODY, shelf, placement(prerequisites_in_list=False))["new"] == ["go-1"]
    assert lists(NOBODY, shelf, placement(only_after_prerequisites=False))["new"] == ["go-2", "go-1"]


def test_only_languages_that_the_user_speaks() -> None:
    shelf = [item("go-1", language="zh", lately_count=90), item("go-2"), item("go-3", language=None)]
    speaks = [user("ann", language="en")]
    assert lists(speaks, shelf, placement(only_own_language=True))["ann"] == ["go-2", "go-3"]
    assert lists(speaks, shelf, placement())["ann"][0] == "go-1"
    assert len(lists(NOBODY, shelf, placement(only_own_language=True))["new"]) == 3, "nothing is known of the newcomer"
