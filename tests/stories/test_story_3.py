"""Story 3, first part: community roles from behaviour."""

from __future__ import annotations

from learnlake.lake.tables.gold import SEGMENTS


def test_enthusiasts_experts_and_leading_figures_are_told_apart_by_what_they_do_and_receive(world) -> None:
    assert world.known.roles > 0.9


def test_a_role_is_defined_in_words_in_both_languages(world) -> None:
    rows = {row.segment_id: row for row in world.run.inputs.store.read(SEGMENTS).where("scheme = 'role'").collect()}
    assert rows["leading"].segment_name_zh == "行业大咖"
    assert "received_follow_count_90d" in rows["leading"].definition
    assert "at least" in rows["expert"].definition_en
    assert "至少" in rows["expert"].definition_zh
    assert rows["enthusiast"].member_count > rows["expert"].member_count > rows["leading"].member_count > 0
