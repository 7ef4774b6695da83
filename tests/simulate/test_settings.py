import pytest
from pydantic import ValidationError

from learnlake.simulate import SimulateSettings


def test_a_world_of_nine_people_is_refused():
    with pytest.raises(ValidationError):
        SimulateSettings(users=9)


def test_a_world_of_thirteen_days_is_refused():
    with pytest.raises(ValidationError):
        SimulateSettings(days=13)


def test_an_unknown_wish_is_refused():
    with pytest.raises(ValidationError):
        SimulateSettings(robots=3)
