"""From labelled rows to a candidate: published where it is good, and refused in a sentence where it is not."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from learnlake.modelling.gate import judge
from learnlake.modelling.judging import Terms
from learnlake.modelling.learning import Rows, Task, candidate_of
from tests.modelling.chances import KINDS, NUMERIC, drawn, rows

TASK = Task(KINDS, Terms("idle", ("idle", "visits", "plan"), value=10.0, cost=1.0), remark="shared out by place")
PLAIN = Task(KINDS, Terms("noise", ("noise", "other_noise", "idle")), learners=("logistic_regression",))


@pytest.fixture(scope="module")
def candidate(spark):
    return candidate_of(rows(9_000), TASK, None, spark)


def test_a_good_model_is_published_with_what_was_measured(candidate) -> None:
    decision = judge(candidate)
    assert decision.is_published, decision.reason
    metrics = candidate.metrics
    assert metrics["pr_auc_low"] < metrics["pr_auc"] < metrics["pr_auc_high"]
    assert metrics["pr_auc"] > metrics["simple_pr_auc"] > metrics["base_pr_auc"]
    assert metrics["canary_caught"] == 1
    assert metrics["gain_10"] == 1
    assert metrics["profit_01"] > 0
    assert metrics["perfect_calibration_error"] < 0.05


def test_pictures_texts_and_an_example_go_with_it(candidate) -> None:
    assert set(candidate.pictures) == {"reliability.png", "precision_recall.png", "gain.png", "profit.png"}
    assert all(picture.startswith(b"\x89PNG") for picture in candidate.pictures.values())
    assert set(candidate.texts) == {"rules.md", "trials.csv", "groups.csv", "single_features.csv"}
    assert "plan gold" in candidate.texts["groups.csv"]
    assert list(candidate.example.columns) == list(candidate.model.needs)
    assert candidate.model.predict(candidate.example)["chance"].between(0, 1).all()


def test_rules_for_people_say_how_faithful_they_are(candidate) -> None:
    rules = candidate.model.surrogate_
    assert rules.fidelity > 0.5
    assert f"{rules.fidelity:.0%}" in candidate.texts["rules.md"]
    assert sum(rule.share for rule in rules.rules) == pytest.approx(1)
    assert rules.rules[0].chance > rules.rules[-1].chance


@pytest.mark.full
def test_noise_is_not_published(spark) -> None:
    held = rows(3_000)
    random = np.random.default_rng(8).integers(0, 2, 3_000)
    place = held.batch.schema.get_field_index("label")
    noisy = replace(held, batch=held.batch.set_column(place, "label", pa.array(random)))
    decision = judge(candidate_of(noisy, PLAIN, None, spark))
    assert not decision.is_published
    assert "not >" in decision.reason


@pytest.mark.full
def test_a_champion_is_replaced_only_by_a_better_one(spark, candidate) -> None:
    again = candidate_of(rows(9_000), TASK, candidate.model, spark)
    assert not judge(again).is_published, "the same model is not better by more than noise"
    weak = candidate_of(
        rows(9_000), replace(TASK, kinds=(("idle", "noise"), (), ()), terms=Terms("noise", ("noise",))), None, spark
    )
    better = candidate_of(rows(9_000), TASK, weak.model, spark)
    assert judge(better).is_published, judge(better).reason
    worse = candidate_of(
        rows(9_000),
        replace(TASK, kinds=(("idle", "noise"), (), ()), terms=Terms("noise", ("noise",))),
        candidate.model,
        spark,
    )
    assert not judge(worse).is_published


@pytest.mark.full
def test_a_champion_that_treats_one_group_better_is_not_replaced(spark, candidate) -> None:
    """The challenger does not see the plan, and one plan loses by it."""
    blind = replace(TASK, kinds=(NUMERIC, ("city",), ()))
    found = candidate_of(rows(9_000), blind, candidate.model, spark)
    worst = next(bar for bar in found.bars if "least favoured" in bar.name)
    assert worst.of.startswith("plan ")
    assert not worst.is_cleared


REFUSED = {
    "no_success": (lambda y: np.zeros_like(y), "no success among"),
    "only_successes": (lambda y: np.ones_like(y), "all .* rows to train are successes"),
    "few": (lambda y: (np.arange(len(y)) % 500 == 0).astype(int), "only .* successes|no success"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_outcomes_from_which_nothing_can_be_learned_are_said(spark, what) -> None:
    change, sentence = REFUSED[what]
    held = rows(3_000)
    labels = held.batch.column("label").to_numpy(zero_copy_only=False)
    place = held.batch.schema.get_field_index("label")
    changed = replace(held, batch=held.batch.set_column(place, "label", pa.array(change(labels))))
    found = candidate_of(changed, TASK, None, spark)
    assert found.model is None
    assert not judge(found).is_published
    assert re.search(sentence, found.refusal)


def test_ten_rows_are_too_few(spark) -> None:
    found = candidate_of(rows(10), TASK, None, spark)
    assert (found.model, found.refusal.startswith("only 6 rows to train")) == (None, True)


def test_features_that_are_all_null_are_said(spark) -> None:
    count = 3_000
    empty = pa.array([None] * count, pa.float64())
    batch, _, _ = drawn(count)
    names = np.array(["train", "train", "train", "tune", "calibrate", "test"], dtype=object)[np.arange(count) % 6]
    held = Rows(pa.RecordBatch.from_pydict({"x": empty, "label": batch.column("label")}), names)
    found = candidate_of(held, replace(TASK, kinds=(("x",), (), ())), None, spark)
    assert "none of the features varies" in found.refusal


def test_a_leaking_column_is_refused_by_name(spark) -> None:
    held = rows(3_000)
    labels = held.batch.column("label").to_numpy(zero_copy_only=False)
    leaking = replace(held, batch=held.batch.append_column("refund_later", pa.array(labels * 2.0)))
    found = candidate_of(leaking, replace(TASK, kinds=((*NUMERIC, "refund_later"), *KINDS[1:])), None, spark)
    assert found.model is None
    assert found.refusal.startswith("leak: `refund_later`")
