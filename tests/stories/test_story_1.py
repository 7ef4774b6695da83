"""Story 1, first part: the level is declared by one in ten; the rest are placed with a calibrated probability, or not placed."""

from __future__ import annotations

import pytest

from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENTS


def test_the_rest_are_placed_by_what_they_do_and_the_stated_chance_is_the_share_that_is_right(world) -> None:
    assert world.known.placed > 0.7
    assert world.known.levels > 0.75
    assert world.known.level_confidence == pytest.approx(world.known.levels, abs=0.15), "some forty users calibrate it"


def test_nobody_is_placed_below_the_threshold_and_a_declared_level_holds(world) -> None:
    store = world.run.inputs.store
    placed = store.read(SEGMENT_MEMBERS).where("scheme = 'level'")
    assert placed.where("probability < 0.5 AND segment_id <> 'unplaced'").count() == 0
    assert placed.where("probability IS NULL AND segment_id = 'unplaced'").count() == 0
    assert placed.where("probability IS NULL").count() > 30, "one in ten says the level"
    names = {row.segment_id: row.segment_name_zh for row in store.read(SEGMENTS).where("scheme = 'level'").collect()}
    assert names == {"junior": "初级开发者", "intermediate": "中级开发者", "senior": "高级开发者", "unplaced": "未定级"}


def test_the_planted_segments_are_found_again(world) -> None:
    assert max(world.known.rand.values()) > 0.9
