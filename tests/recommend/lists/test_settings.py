"""Settings of the lists refuse what cannot be meant."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from learnlake.recommend.lists.settings import House, Placement
from tests.recommend.lists.small import NAME


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"never_again": ("owned",)}, "`never_again` knows no `owned`"),
        ({"pins": {"a": 1, "b": 1}}, "a rank of its own"),
        ({"pins": {"a": 0}}, "a rank of its own, from 1"),
        ({"boosts": {"a": 0.0}}, "factors above 0"),
        ({"diversity": 1.5}, "diversity"),
    ],
)
def test_a_house_rule_that_cannot_be_meant_is_refused(given, said) -> None:
    with pytest.raises(ValidationError, match=said):
        House(**given)


def test_pins_lie_within_the_list() -> None:
    with pytest.raises(ValidationError, match="within the 3 ranks"):
        Placement(name=NAME, item_kinds=("course",), count=3, success=("enroll",), house=House(pins={"a": 4}))


def test_a_placement_says_what_success_is() -> None:
    with pytest.raises(ValidationError, match="success"):
        Placement(name=NAME, item_kinds=("course",), success=("wink",))
