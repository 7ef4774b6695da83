"""What conf/goals may say."""

from __future__ import annotations

import re

import pytest
import yaml
from pydantic import ValidationError

from learnlake.demand.goals.settings import Goal
from learnlake.lake import columns as c
from tests.conftest import ROOT
from tests.demand.goals.drawn import goal


def test_a_goal_may_know_everything_but_outcomes_and_protected_columns() -> None:
    names = {column.name for column in goal().allowed()}
    assert {"idle_days", "deed_complaint_count_14d", "profession", "interests", "platforms"} <= names
    assert not names & {"open_course_count", "deed_cancel_count_90d", "gender", "as_of_date", "user_id", "first_date"}
    assert not any(name.startswith("met_") for name in names), "nothing of new items"


def test_outcomes_come_in_where_a_goal_asks_for_their_past() -> None:
    asked = goal(uses_outcomes=["open_course_count"])
    assert "open_course_count" in {column.name for column in asked.allowed()}


def test_a_goal_about_new_items_knows_what_user_and_items_have_in_common() -> None:
    new = goal(success={"event_types": ["purchase"], "item_kinds": ["book"], "published_within_days": 7})
    assert {"met_topic_share", "met_level_share"} <= {column.name for column in new.allowed()}


def test_columns_can_be_chosen_and_left_out() -> None:
    chosen = goal(features=["idle_days", "tenure_days", "active_days_30d"], leaves_out=["tenure_days"])
    assert [column.name for column in chosen.allowed()] == ["tenure_days", "idle_days", "active_days_30d"][1:]


REFUSED = {
    "no such column": ({"features": ["idle_day"]}, "idle_days"),
    "an outcome": ({"features": ["open_course_count"]}, "outcome or protected"),
    "the rule": ({"rule": "idle"}, "is no feature"),
    "no condition": ({"population": "active_days_90d +"}, "population"),
    "unknown in the condition": ({"population": "active_days > 0"}, "active_days"),
    "any event": ({"success": {}}, "any event would be a success"),
    "no such event": ({"success": {"event_types": ["buy"]}}, "event_types"),
    "new but of no kind": ({"success": {"event_types": ["purchase"], "published_within_days": 7}}, "item_kinds"),
    "no such learner": ({"learners": ["svm"]}, "learners"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_conf_that_cannot_be_is_refused(what) -> None:
    change, sentence = REFUSED[what]
    with pytest.raises(ValidationError, match=sentence):
        goal(**change)


def test_every_deed_is_an_event_type() -> None:
    assert set(c.DEEDS) <= set(c.EVENT_TYPES)


def test_every_goal_of_the_page_can_be_read() -> None:
    blocks = re.findall(
        r"```yaml\n# conf/goals/(\w+)\.yml.*?\n(.*?)```", (ROOT / "docs" / "goals.md").read_text(), re.S
    )
    made = {name: Goal.model_validate(yaml.safe_load(text)) for name, text in blocks}
    assert made.keys() == {"buys_course", "buys_python", "cancels", "upgrades", "answers_message", "drops_out"}
    assert made["drops_out"].gap_days == 14
