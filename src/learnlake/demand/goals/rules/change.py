"""The nearest realistic change of one feature that would alter a prediction: a property of the model, not a promised effect.

Source: Wachter, Mittelstadt and Russell (2018), Harvard Journal of Law and Technology 31(2) (counterfactual explanations), here of one
feature at a time, within what a tenth to nine tenths of the users have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learnlake.modelling.batches import batch_of
from learnlake.modelling.propensity import Propensity

STEPS = np.linspace(0.1, 0.9, 17)
MOVABLE = re.compile(
    r"(idle_days|since_\w+|active_days_\w+|\w+_count_\d+d|minutes_a_day_\w+|current_streak_days|open_course_count|activity_trend)"
)


@dataclass(frozen=True)
class Change:
    """One feature from one value to another, the chance that the model would then say, and whether that crosses the threshold."""

    feature: str
    before: float | None
    after: float
    chance: float
    is_enough: bool


def nearest(model: Propensity, user: pd.DataFrame, others: pd.DataFrame, threshold: float) -> Change | None:
    """Find the smallest move of one feature, by the share of users it passes, that takes the chance across the threshold.

    Where none does, the move that comes nearest to it. None where no feature of the model can be moved by what a user does.

    Args:
        model: a fitted propensity.
        user: one row with the model's columns.
        others: rows of other users, by which a value is realistic.
        threshold: chance from which the model says yes.
    """
    now = float(model.predict(user)["chance"].iloc[0])
    found: list[tuple[bool, float, str, Change]] = []
    for name in (name for name in model.needs if name in model.numeric and MOVABLE.fullmatch(name)):
        values = others[name].dropna().to_numpy(dtype=float)
        if not len(values):
            continue
        held = user[name].iloc[0]
        own = None if pd.isna(held) else float(held)
        for after in np.unique(np.quantile(values, STEPS, method="nearest")):
            if own is not None and after == own:
                continue
            chance = _moved(model, user, name, float(after))
            is_enough = (chance >= threshold) != (now >= threshold)
            passed = abs(float((values <= after).mean()) - (float((values <= own).mean()) if own is not None else 1.0))
            found.append(
                (
                    not is_enough,
                    passed if is_enough else abs(chance - threshold),
                    name,
                    Change(name, own, float(after), chance, is_enough),
                )
            )
    return min(found, key=lambda held: held[:3])[3] if found else None


def _moved(model: Propensity, user: pd.DataFrame, name: str, value: float) -> float:
    moved = user.assign(**{name: value})
    return float(model.chances(batch_of(moved, model.recipe_.kinds if model.recipe_ else ((), (), ())))[0])
