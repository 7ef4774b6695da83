from __future__ import annotations

import pytest
from pydantic import ValidationError

from learnlake.modelling.settings import Learning, ModelSettings


@pytest.mark.parametrize("wrong", [{"retrain_every_days": 0}, {"min_history_days": 0}, {"sed": 1}])
def test_settings_out_of_bounds_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        ModelSettings.model_validate(wrong)


@pytest.mark.parametrize("wrong", [{"rank": 0}, {"regularisation": 0}, {"alpha": -1}, {"iterations": 51}, {"ranks": 3}])
def test_learning_out_of_bounds_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Learning.model_validate(wrong)
