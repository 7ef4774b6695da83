"""Drift of columns and chances, quality once labels are there, and when to train anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from learnlake.demand.goals.settings import DemandSettings, Goals
from learnlake.demand.goals.stages.goal_checks import goal_checks
from learnlake.lake.conform import conform
from learnlake.lake.stage import Published
from learnlake.lake.tables.demand import DEMAND_FEATURES, GOAL_CHECKS, PROPENSITIES
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.modelling.drift import number_reference
from tests.demand.goals.drawn import DAY, goal, log
from tests.demand.goals.stages.test_propensities import model_of
from tests.drawing import draw

COUNT = 400
THEN = DAY - timedelta(days=14)
GOALS = Goals(files={"buys": goal()})
CHANCES = np.linspace(0.05, 0.95, COUNT)
QUALITY = (("log_loss", 0.45), ("log_loss_high", 0.5), ("calibration_error", 0.02))


def checked(idle_shift: int = 0, came: np.ndarray | None = None, users: int = COUNT):
    """Check a model made where users were idle for 0 to 39 days, and whose chances were evenly spread."""
    model = replace(
        model_of("idle_days", -1.0),
        reference_=(number_reference("idle_days", np.arange(COUNT) % 40.0), number_reference("chance", CHANCES)),
        quality_=QUALITY,
    )
    came = (np.random.default_rng(3).random(COUNT) < CHANCES) if came is None else came
    features = "as_of_date | user_id | idle_days | active_days_90d\n" + "\n".join(
        f"{DAY} | u{n:03d} | {n % 40 + idle_shift} | 5" for n in range(users)
    )
    demand = "as_of_date | user_id\n" + "\n".join(f"{DAY} | u{n:03d}" for n in range(users))
    header = "as_of_date | goal | user_id | chance\n"
    said = {
        day: header + "\n".join(f"{day} | buys | u{n:03d} | {CHANCES[n]}" for n in range(users)) for day in (DAY, THEN)
    }
    bought = "user_id | event_date | event_count | purchase_count\n" + "\n".join(
        f"u{n:03d} | {THEN + timedelta(days=3)} | 1 | {int(came[n])}" for n in range(users)
    )
    held = log(days=bought)
    rows = goal_checks(
        *(
            draw(USER_FEATURES, features),
            draw(DEMAND_FEATURES, demand),
            draw(PROPENSITIES, said[DAY]),
            draw(PROPENSITIES, said[THEN]),
        ),
        *(held.days, held.events, held.identities, held.items),
        as_of=DAY,
        goals=GOALS,
        settings=DemandSettings(),
        models={"buys": Published(model, "1")},
    )
    return {(row.goal_check, row.goal_subject): row for row in conform(rows, GOAL_CHECKS).collect()}


def test_where_nothing_moved_everything_is_fine(spark) -> None:
    told = checked()
    assert set(told) == {
        *(("psi", "idle_days"), ("ks", "idle_days"), ("psi", "chance"), ("ks", "chance")),
        *(("quality", "log_loss"), ("quality", "calibration_error"), ("retrain", "rule")),
    }
    assert all(row.is_ok for row in told.values())
    assert told["psi", "idle_days"].found == pytest.approx(0, abs=1e-9)
    assert "400 users" in told["quality", "log_loss"].detail


def test_a_feature_that_moved_is_named_and_is_no_reason_to_train_anew(spark) -> None:
    told = checked(idle_shift=30)
    assert not told["psi", "idle_days"].is_ok
    assert told["psi", "idle_days"].found > 0.25
    assert not told["ks", "idle_days"].is_ok
    assert told["retrain", "rule"].is_ok


def test_chances_that_did_not_come_true_are_a_reason(spark) -> None:
    told = checked(came=np.random.default_rng(4).random(COUNT) < 0.2)
    assert not told["quality", "calibration_error"].is_ok
    assert not told["quality", "log_loss"].is_ok
    retrain = told["retrain", "rule"]
    assert (retrain.is_ok, retrain.found, retrain.detail) == (False, 2.0, "quality calibration_error, quality log_loss")


def test_few_users_tell_nothing(spark) -> None:
    assert checked(users=50) == {}
