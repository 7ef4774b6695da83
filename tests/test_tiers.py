"""Every test is in one tier, and what is dear is not in the quick one."""

from __future__ import annotations

import pytest

from tests.conftest import TIER_NAMES, TIERS

DEAR = frozenset({"oulad", "academy", "world"})  # real logs, a large invented world, the demo's lake


def test_every_test_is_in_one_tier(request: pytest.FixtureRequest) -> None:
    held = request.config.stash[TIERS]
    assert {name: tiers for name, tiers in held.items() if len(tiers) != 1} == {}


def test_no_quick_test_asks_for_real_logs_a_large_world_or_the_demo(request: pytest.FixtureRequest) -> None:
    quick = [item for item in request.session.items if item.get_closest_marker("quick")]
    assert {item.nodeid for item in quick if DEAR & set(getattr(item, "fixturenames", ()))} == set()


def test_every_tier_is_declared(request: pytest.FixtureRequest) -> None:
    declared = {line.split(":")[0] for line in request.config.getini("markers")}
    assert declared >= TIER_NAMES
