from __future__ import annotations

import pytest
from pydantic import ValidationError

from learnlake.demand.values.settings import ValueSettings


def test_a_purchase_is_what_features_take_for_one() -> None:
    assert ValueSettings().purchase_types == ("purchase", "subscribe", "renew", "upgrade")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"member_end": ["subscribe", "cancel"]}, "`subscribe` cannot both begin and end a membership"),
        ({"purchase_types": ["buy"]}, "purchase_types"),
        ({"purchase_types": []}, "purchase_types"),
        ({"method": "pareto"}, "'better', 'bgnbd' or 'corrected'"),
        ({"holdout": 7}, "holdout"),
        ({"discount_rate": 1}, "discount_rate"),
    ],
)
def test_what_does_not_fit_is_refused(given, said) -> None:
    with pytest.raises(ValidationError, match=said):
        ValueSettings.model_validate(given)
