"""A propensity beyond the contract of all models: words for what is wrong, and the same answers everywhere."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from learnlake.errors import LearnlakeError
from learnlake.modelling.propensity import Propensity
from tests.modelling.chances import KINDS, drawn


@pytest.fixture(scope="module")
def frame(spark):
    batch, _, _ = drawn(1_500)
    named = batch.append_column("user_id", pa.array([f"u{n:05d}" for n in range(batch.num_rows)]))
    return spark.createDataFrame(pa.Table.from_batches([named]))


@pytest.fixture(scope="module")
def model(frame) -> Propensity:
    return Propensity(*KINDS, learners=("logistic_regression",)).fit(frame)


def test_spark_and_a_notebook_are_told_the_same(frame, model) -> None:
    told = {row.user_id: row.chance for row in model.score(frame).collect()}
    rows = frame.toPandas()
    here = model.predict(rows)["chance"]
    assert [told[user] for user in rows["user_id"]] == pytest.approx(here.tolist())


def test_what_each_column_adds_differs_from_the_log_odds_by_a_constant(model) -> None:
    batch, _, _ = drawn(200, seed=4)
    chance = model.chances(batch)
    rest = np.log(chance / (1 - chance)) - sum(model.parts(batch).values())
    assert rest == pytest.approx(np.full(len(rest), rest[0]))
    assert set(model.parts(batch)) == set(model.needs)


def test_a_missing_column_is_named(frame, model) -> None:
    with pytest.raises(LearnlakeError, match="the rows lack the column `idle`"):
        model.score(frame.drop("idle"))
    with pytest.raises(LearnlakeError, match="the rows lack the column `idle`"):
        model.predict(frame.toPandas().drop(columns=["idle"]))


def test_unfitted_it_says_so(frame) -> None:
    with pytest.raises(LearnlakeError, match="not fitted"):
        Propensity(*KINDS).score(frame)
