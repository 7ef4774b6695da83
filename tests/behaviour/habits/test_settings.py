from __future__ import annotations

import pytest
from pydantic import ValidationError

from learnlake.behaviour.habits import HabitSettings


def test_courses_are_looked_at_for_as_long_as_habits_at_least() -> None:
    assert HabitSettings(window_days=30, course_days=30).course_days == 30
    with pytest.raises(ValidationError, match="course_days 29 must not be less than window_days 30"):
        HabitSettings(window_days=30, course_days=29)


@pytest.mark.parametrize(
    "wrong", [{"window_days": 183}, {"study_types": ("dance",)}, {"study_types": ()}, {"pass_mark": 0}, {"cram": 24}]
)
def test_what_cannot_be_is_refused(wrong) -> None:
    with pytest.raises(ValidationError):
        HabitSettings(**wrong)
