"""The bars: against base rate, rule, simple model and champion, calibration, and the least favoured large group."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from learnlake.modelling import judging
from learnlake.modelling.calibration import Calibration
from learnlake.modelling.contest import best
from learnlake.modelling.judging import Beside, Terms, judged
from learnlake.modelling.propensity import Propensity
from tests.modelling.chances import KINDS, part, parts

TERMS = Terms("idle", ("idle", "visits", "plan"), value=10.0, cost=1.0)


@pytest.fixture(scope="module")
def outcome(spark):
    return best(Propensity(*KINDS, learners=("logistic_regression",)), parts(), spark)


@pytest.fixture(scope="module")
def judging_rows():
    return part(3_000, 11)


def names(verdict) -> list[str]:
    return [bar.of for bar in verdict.bars]


def test_the_ways_to_beat_are_base_rate_rule_and_simple_model(outcome, judging_rows) -> None:
    verdict = judged(outcome, parts(), judging_rows, TERMS, Beside())
    assert names(verdict)[:3] == [
        "base rate",
        "more than idle alone, low end of 95 %",
        "more than logistic regression on three features, low end of 95 %",
    ]
    assert all(bar.is_cleared for bar in verdict.bars)
    assert verdict.metrics["simple_pr_auc"] > verdict.metrics["rule_pr_auc"] > verdict.metrics["base_pr_auc"]


def test_a_champion_is_one_more_to_beat_if_its_columns_are_there(outcome, judging_rows) -> None:
    with_champion = judged(outcome, parts(), judging_rows, TERMS, Beside(champion=outcome.model))
    assert any("champion" in said for said in names(with_champion))
    gone = replace(
        outcome.model,
        recipe_=replace(outcome.model.recipe_, codes=(replace(outcome.model.recipe_.codes[0], column="gone"),)),
    )
    assert not any(
        "champion" in said for said in names(judged(outcome, parts(), judging_rows, TERMS, Beside(champion=gone)))
    )


def test_chances_that_do_not_hold_miss_the_bar_of_calibration(outcome, judging_rows) -> None:
    boastful = replace(outcome, model=replace(outcome.model, calibration_=Calibration(4.0, (0.0, 0.0))))
    verdict = judged(boastful, parts(), judging_rows, TERMS, Beside())
    assert not next(bar for bar in verdict.bars if bar.name == "calibration").is_cleared


def test_protected_groups_are_told_side_by_side_and_set_no_bar(outcome, judging_rows) -> None:
    half = np.array(["a", "b"] * (len(judging_rows.labels) // 2), dtype=object)
    days = np.array(["2026-03-03", "2026-03-17"] * (len(judging_rows.labels) // 2), dtype=object)
    verdict = judged(outcome, parts(), judging_rows, TERMS, Beside({"protected gender": half, "day": days}))
    assert set(verdict.groups) == {"protected gender a", "protected gender b"}
    assert set(verdict.days) == {"day 2026-03-03", "day 2026-03-17"}
    assert not any("protected" in said for said in names(verdict))
    assert verdict.groups["protected gender a"]["said"] == pytest.approx(
        verdict.groups["protected gender a"]["share"], abs=0.05
    )


def test_a_group_of_which_nothing_can_be_said_is_the_least_favoured(monkeypatch) -> None:
    """Wherever it stands among the others."""
    groups = np.repeat(np.array(["a", "b", "c"], dtype=object), 2 * judging.LARGE_GROUP)
    labels, saved = np.arange(len(groups)) % 2.0, iter([0.1, float("nan"), -0.2])
    monkeypatch.setattr(judging.binary, "difference", lambda *_: SimpleNamespace(low=-next(saved)))
    (bar,) = judging._fair(labels, labels, {"base": labels}, {"plan": groups}, TERMS)
    assert bar.of == "plan b"
    assert not bar.is_cleared
