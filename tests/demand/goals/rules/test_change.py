"""The nearest change: of what a user can do, within what users have, and on the other side of the threshold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from learnlake.demand.goals.rules.change import nearest
from learnlake.modelling.calibration import Calibration
from learnlake.modelling.encoding import Encoder
from learnlake.modelling.learners import Linear
from learnlake.modelling.propensity import Propensity
from learnlake.modelling.recipe import Recipe

COLUMNS = ("idle_days", "study_count_30d", "tenure_days")


@pytest.fixture
def model() -> Propensity:
    """log odds = 2 - ln(1 + idle) + 0.1 ln(1 + studies) + 5 ln(1 + tenure) - 5 ln(101)."""
    weights = (-1.0, 0.0, 0.1, 0.0, 5.0, 0.0)
    learned = Linear(((0.0,) * 6, weights), (0.0, 2.0 - 5.0 * float(np.log(101))))
    recipe = Recipe(Encoder(COLUMNS, (), (), (5.0, 5.0, 5.0)))
    return Propensity(COLUMNS, recipe_=recipe, learned_=learned, calibration_=Calibration(1.0, (0.0, 0.0)))


def users(**held: list[float]) -> pd.DataFrame:
    return pd.DataFrame({**{name: [100.0] for name in COLUMNS}, **held})


OTHERS = pd.DataFrame(
    {"idle_days": np.arange(100.0), "study_count_30d": np.arange(100.0), "tenure_days": np.arange(100.0)}
)


def test_a_silent_user_would_have_to_come_back(model) -> None:
    found = nearest(model, users(idle_days=[30.0], study_count_30d=[0.0]), OTHERS, 0.3)
    assert (found.feature, found.before, found.is_enough) == ("idle_days", 30.0, True)
    assert 0.3 <= found.chance < 0.4, "no further than needed"
    assert 10 <= found.after <= 16


def test_what_time_alone_moves_is_never_proposed(model) -> None:
    found = nearest(model, users(idle_days=[30.0], tenure_days=[10.0]), OTHERS, 0.5)
    assert found.feature != "tenure_days"


def test_where_nothing_is_enough_the_nearest_is_said_to_be_so(model) -> None:
    found = nearest(model, users(idle_days=[30.0], study_count_30d=[0.0]), OTHERS, 0.99)
    assert not found.is_enough
    assert found.feature == "idle_days"
    assert found.after == OTHERS["idle_days"].quantile(0.1, interpolation="nearest")


def test_a_change_stays_within_what_users_have(model) -> None:
    narrow = OTHERS.assign(idle_days=np.linspace(28, 40, 100))
    found = nearest(model, users(idle_days=[35.0]), narrow, 0.5)
    assert not found.is_enough
    assert found.after >= 28


def test_without_a_movable_feature_there_is_none(model) -> None:
    still = Propensity(
        ("tenure_days",),
        recipe_=Recipe(Encoder(("tenure_days",), (), (), (5.0,))),
        learned_=Linear(((0.0,) * 2, (1.0, 0.0)), (0.0, 0.0)),
        calibration_=Calibration(1.0, (0.0, 0.0)),
    )
    assert nearest(still, users(), OTHERS, 0.5) is None
