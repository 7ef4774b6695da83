from __future__ import annotations

from datetime import date

import pytest

from learnlake.features.stages.account_days import account_days
from learnlake.features.stages.user_features import user_features
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.runner.inputs import code_hash, function_of, past_days


def test_past_days_are_ascending_and_end_with_the_day_itself() -> None:
    assert past_days(USER_FEATURES.at(every="28d", back=2), date(2026, 5, 1)) == [
        date(2026, 3, 6),
        date(2026, 4, 3),
        date(2026, 5, 1),
    ]
    with pytest.raises(ValueError, match="without a day"):
        past_days(USER_FEATURES.at(every="28d", back=2), None)


def test_the_code_of_a_step_is_the_same_each_time_and_another_steps_is_another() -> None:
    assert code_hash(function_of(account_days)) == code_hash(function_of(account_days))
    assert code_hash(function_of(account_days)) != code_hash(function_of(user_features))
