"""Contributions add up to the answer, whatever found it, and say nothing of what has no say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shap
import xgboost as xgb

from learnlake.modelling.additive import contributions, margin
from learnlake.modelling.boosting import Growth, boost
from learnlake.modelling.learners import Linear
from learnlake.modelling.trees import Trees

# One tree: x0 <= 1 ? (x1 <= 0 ? 1 : 3) : 7, adding to yes.
TREE = Trees(
    roots=(0,),
    features=(0, 1, -1, -1, -1),
    thresholds=(1.0, 0.0, 0.0, 0.0, 0.0),
    yes=(1, 2, 2, 3, 4),
    no=(4, 3, 2, 3, 4),
    values=((0.0, 0.0), (0.0, 0.0), (0.0, 1.0), (0.0, 3.0), (0.0, 7.0)),
    depth=2,
)
POINTS = np.random.default_rng(1).normal(size=(400, 3))


def test_a_linear_model_adds_weight_times_distance_from_the_mean() -> None:
    model = Linear(((0.0, 0.0, 0.0), (2.0, -1.0, 0.0)), (0.0, 0.5))
    parts = contributions(model, POINTS, POINTS)
    assert parts[:, 0] == pytest.approx(2.0 * (POINTS[:, 0] - POINTS[:, 0].mean()))
    assert (parts[:, 2] == 0).all()
    assert parts.sum(axis=1) == pytest.approx(margin(model, POINTS))


def test_a_tree_of_mllib_adds_up_and_the_unasked_feature_adds_nothing() -> None:
    parts = contributions(TREE, POINTS, POINTS)
    assert parts.sum(axis=1) == pytest.approx(margin(TREE, POINTS), abs=1e-6)
    assert np.abs(parts[:, 2]).max() < 1e-9
    assert parts[POINTS[:, 0] > 1, 0].min() > 0


def test_shares_of_a_forest_are_stretched_to_the_log_odds() -> None:
    shares = tuple((1 - v / 10, v / 10) for v in (0.0, 0.0, 1.0, 3.0, 7.0))
    forest = replace(TREE, values=shares, are_shares=True)
    parts = contributions(forest, POINTS, POINTS)
    assert parts.sum(axis=1) == pytest.approx(margin(forest, POINTS), abs=1e-6)


def test_boosted_trees_get_what_shap_itself_says() -> None:
    random = np.random.default_rng(2)
    labels = (random.random(400) < 1 / (1 + np.exp(-2 * POINTS[:, 0]))).astype(float)
    model = boost((POINTS, labels), (POINTS, labels), Growth(depth=2, rounds=20), 7)
    booster = xgb.Booster(model_file=bytearray(model.text.encode()))
    theirs = shap.TreeExplainer(booster).shap_values(POINTS)
    assert contributions(model, POINTS, POINTS)[:, :-1] == pytest.approx(theirs, abs=1e-4)
