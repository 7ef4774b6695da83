"""Settings of the tastes refuse what cannot be meant."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from learnlake.recommend.tastes.settings import TasteSettings


def test_deeds_are_ordered_from_a_look_to_a_completion() -> None:
    weights = TasteSettings().weights
    order = ["view", "click", "study", "enroll", "purchase", "complete"]
    assert [weights[name] for name in order] == sorted({weights[name] for name in order})
    assert weights["refund"] < 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"weights": {"wink": 1.0}}, "weights"),
        ({"half_life_days": 0}, "half_life_days"),
        ({"answers": {"like": 1.0}}, "`answers` must say what `not_interested` weighs"),
    ],
)
def test_what_cannot_be_meant_is_refused(given, said) -> None:
    with pytest.raises(ValidationError, match=said):
        TasteSettings(**given)
