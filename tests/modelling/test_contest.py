"""The contest: the planted chances are found, noise is left out, imbalance is undone, and a small copy costs little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.modelling import binary, contest
from learnlake.modelling.boosting import Growth
from learnlake.modelling.contest import SETTINGS, Part, Parts, at_scale, best, shared, simple_of
from learnlake.modelling.propensity import LEARNERS, Propensity
from tests.modelling.chances import KINDS, drawn, part, parts


@pytest.fixture(scope="module")
def outcome(spark):
    return best(Propensity(*KINDS), parts(), spark)


def test_the_winner_comes_near_the_truth(outcome) -> None:
    batch, labels, chances = drawn(4_000, seed=9)
    said = outcome.model.chances(batch)
    gap = binary.log_loss_of(labels, said) - binary.log_loss_of(labels, chances)
    assert 0 < gap < 0.02
    assert binary.calibration_error(labels, said) < 0.04


def test_every_setting_of_every_learner_is_tried_and_the_best_wins(outcome) -> None:
    tried = [(trial.learner, trial.setting) for trial in outcome.trials]
    assert len(set(tried)) == len(tried) == sum(len(SETTINGS[name]) for name in ("logistic_regression", "xgboost"))
    least = min(outcome.trials, key=lambda trial: trial.log_loss)
    assert outcome.model.learner_.startswith(least.learner)


def test_noise_is_left_out_at_a_stated_cost(outcome) -> None:
    assert {"visits", "idle", "plan"} <= set(outcome.model.needs)
    assert outcome.costs["selected_columns"] == len(outcome.model.needs)
    assert outcome.costs["selection_cost"] <= 0.003


def test_the_small_copy_has_few_columns_and_costs_little(outcome) -> None:
    batch, labels, _ = drawn(4_000, seed=9)
    assert outcome.costs["small_columns"] <= 8
    loss = [binary.log_loss_of(labels, model.chances(batch)) for model in (outcome.small, outcome.model)]
    assert loss[0] - loss[1] < 0.02


def test_left_out_zeros_are_undone_in_the_probabilities(spark) -> None:
    def rare(count: int, seed: int) -> Part:
        batch, _, chances = drawn(count, seed)
        labels = (np.random.default_rng(seed + 50).random(count) < 0.05 * chances).astype(np.int64)
        return Part(batch, labels)

    found = best(
        Propensity(*KINDS, learners=("logistic_regression",)),
        Parts(rare(12_000, 1), rare(6_000, 2), rare(6_000, 3)),
        spark,
    )
    test = rare(20_000, 4)
    assert found.model.offset_ < -0.3, "zeros were left out"
    assert found.model.chances(test.batch).mean() == pytest.approx(test.labels.mean(), rel=0.2)
    uncalibrated = 1 / (1 + np.exp(-found.model.margins(test.batch)))
    assert uncalibrated.mean() == pytest.approx(test.labels.mean(), rel=0.3), "by the offset alone, too"


@pytest.mark.full
@pytest.mark.parametrize("learner", [name for name in LEARNERS if name not in ("logistic_regression", "xgboost")])
def test_learners_of_mllib_compete_as_well(spark, learner) -> None:
    found = best(Propensity(*KINDS, learners=(learner,)), parts(900), spark).model
    batch, labels, _ = drawn(2_000, seed=9)
    said = found.chances(batch)
    assert binary.roc_auc(labels, said) > 0.62
    assert binary.calibration_error(labels, said) < 0.08
    moved = found.parts(batch.slice(0, 50))
    total = sum(moved.values())
    log_odds = np.log(said[:50] / (1 - said[:50]))
    assert np.std(log_odds - total) < 0.1, "contributions differ from the log of the odds by one constant"


@pytest.mark.full
def test_all_rows_on_spark_give_about_what_the_sample_gave(spark) -> None:
    found = best(Propensity(*KINDS, learners=("xgboost",)), parts(1_500), spark)
    batch, _, _ = drawn(3_000, seed=1)
    keyed = batch.append_column("key", pa.array([f"{n:05d}" for n in range(batch.num_rows)]))
    frame = spark.createDataFrame(pa.Table.from_batches([keyed])).withColumn("label", F.col("label").cast("double"))
    whole = at_scale(found.model, found.setting, frame, "key", 1)
    assert whole != found.model
    test, seen, _ = drawn(3_000, seed=9)
    assert binary.roc_auc(seen, whole.chances(test)) > binary.roc_auc(seen, found.model.chances(test)) - 0.02


def test_a_learner_whose_loss_is_no_number_does_not_win(spark, monkeypatch) -> None:
    monkeypatch.setattr(contest._Arena, "loss", lambda *_: float("nan"))
    with pytest.raises(LearnlakeError, match="no learner of logistic_regression has a log-loss that is a number"):
        best(Propensity(*KINDS, learners=("logistic_regression",)), parts(300), spark)


def test_what_did_not_win_by_boosting_is_not_fitted_again_to_all_rows(spark) -> None:
    """Whatever the setting says: a champion of before may be another learner than the one whose setting is at hand."""
    found = best(Propensity(*KINDS, learners=("logistic_regression",)), parts(300), spark)
    assert found.model.recipe_ is not None
    assert at_scale(found.model, Growth(), spark.range(0), "key", 1) is found.model


def test_the_simple_model_sees_only_its_columns() -> None:
    simple = simple_of(Propensity(*KINDS), parts(900), ("idle", "plan"), part(900, 1))
    assert simple.needs == ("idle", "plan")


def test_one_outcome_only_is_refused(spark) -> None:
    held = parts(300)
    none = Part(held.tune.batch, np.zeros_like(held.tune.labels))
    with pytest.raises(LearnlakeError, match="tune all have the same outcome"):
        best(Propensity(*KINDS), replace(held, tune=none), spark)


def test_rows_without_time_are_shared_out_by_chance_of_the_seed() -> None:
    batch, _, _ = drawn(1_000)
    held = [shared(batch, seed) for seed in (7, 7, 8)]
    assert [len(held[0].train.labels), len(held[0].tune.labels)] == pytest.approx([600, 200], rel=0.15)
    assert held[0].tune.labels.tolist() == held[1].tune.labels.tolist() != held[2].tune.labels.tolist()
