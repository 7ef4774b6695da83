from __future__ import annotations

import pytest
from pydantic import ValidationError

from learnlake.modelling.settings import ModelSettings


@pytest.mark.parametrize("wrong", [{"retrain_every_days": 0}, {"min_history_days": 0}, {"sed": 1}])
def test_settings_out_of_bounds_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        ModelSettings.model_validate(wrong)
