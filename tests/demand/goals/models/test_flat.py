"""A flat table of one's own: the same checks and judgement, by time where a time is named, and a leak is refused by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from learnlake.demand.goals.models.flat import NO_TIME, Flat, learned_flat
from learnlake.errors import ConfError
from learnlake.modelling.gate import judge

COUNT = 4_000


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Chances of 1 / (1 + e^-(age of the account, visits and plan)); a name for each row, and a column from after the fact."""
    random = np.random.default_rng(3)
    plan = random.choice(["free", "gold"], COUNT)
    visits, months = random.poisson(4, COUNT), random.integers(0, 36, COUNT)
    odds = -2.5 + 0.5 * visits - 0.05 * months + 0.8 * (plan == "gold")
    target = (random.random(COUNT) < 1 / (1 + np.exp(-odds))).astype(int)
    return pd.DataFrame(
        {
            "name": [f"n{n}" for n in range(COUNT)],
            "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(COUNT) % 200, unit="D"),
            "visits": visits.astype("int64"),
            "months": months.astype("int64"),
            "plan": plan,
            "luck": random.normal(size=COUNT),
            "thanked": target * random.integers(1, 3, COUNT),
            "target": target.astype("int64"),
        }
    )


def test_an_honest_table_is_learned_and_the_lack_of_time_is_said(spark, table) -> None:
    found = learned_flat(spark.createDataFrame(table), Flat("target", leaves_out=("thanked", "day")))
    decision = judge(found)
    assert decision.is_published, decision.reason
    assert NO_TIME in found.remark
    assert "name" in found.remark.split("not used: ")[1], "a column of names tells nothing of others"
    assert set(found.model.needs) <= {"visits", "months", "plan", "luck"}
    assert found.metrics["pr_auc"] > found.metrics["base_rate"]
    assert found.metrics["calibration_error"] < 0.06


def test_a_column_from_after_the_fact_is_refused_by_name(spark, table) -> None:
    found = learned_flat(spark.createDataFrame(table), Flat("target"))
    assert found.model is None
    assert found.refusal.startswith("leak: `thanked`")
    assert "--leave-out" in found.refusal


@pytest.mark.full
def test_with_a_time_the_newest_rows_judge(spark, table) -> None:
    found = learned_flat(spark.createDataFrame(table), Flat("target", time="day", leaves_out=("thanked",)))
    assert found.remark.startswith("split by day: the newest fifth judges")
    assert found.metrics["rows"] == pytest.approx(COUNT / 5, rel=0.03)


@pytest.mark.full
def test_words_for_yes_and_no_are_understood(spark, table) -> None:
    worded = table.assign(target=np.where(table["target"] == 1, "yes", "no"))
    found = learned_flat(spark.createDataFrame(worded), Flat("target", leaves_out=("thanked", "day")))
    assert found.metrics["base_rate"] == pytest.approx(table["target"].mean(), abs=0.05)


@pytest.mark.full
def test_noise_is_not_published(spark, table) -> None:
    noise = table.assign(target=np.random.default_rng(5).integers(0, 2, COUNT))[["visits", "months", "luck", "target"]]
    assert not judge(learned_flat(spark.createDataFrame(noise), Flat("target"))).is_published


def test_ten_users_are_too_few(spark, table) -> None:
    found = learned_flat(spark.createDataFrame(table.head(10)), Flat("target", leaves_out=("thanked", "day")))
    assert found.model is None
    assert "too few" in found.refusal


def test_one_class_only_is_said(spark, table) -> None:
    found = learned_flat(spark.createDataFrame(table.assign(target=1)), Flat("target", leaves_out=("thanked", "day")))
    assert "all" in found.refusal
    assert "are successes" in found.refusal


@pytest.mark.parametrize(
    ("flat", "sentence"), [(Flat("targt"), "there is no column `targt`"), (Flat("visits"), "more than two values")]
)
def test_what_cannot_be_a_target_is_refused(spark, table, flat, sentence) -> None:
    with pytest.raises(ConfError, match=sentence):
        learned_flat(spark.createDataFrame(table.head(50)), flat)
