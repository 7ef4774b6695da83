from __future__ import annotations

import pytest
from pydantic import ValidationError

from learnlake.features.settings import FeatureSettings


@pytest.mark.parametrize(
    "wrong",
    [
        {"reporting_currency": "euro"},
        {"night_from_hour": 24},
        {"rates": [{"currency": "USD", "from_date": "2026-01-01", "rate": 0}]},
    ],
)
def test_settings_out_of_bounds_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FeatureSettings.model_validate(wrong)
