from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from sklearn.metrics import adjusted_rand_score

from learnlake.errors import LearnlakeError
from learnlake.segments.models.cut import Cut
from learnlake.segments.models.methods import How
from learnlake.segments.settings import Selection
from tests.segments.planted import NAMES, planted, users

MODEL = Cut(NAMES, (), How("kmeans", 4, 5, 7), Selection(), 1_000)
DAY = date(2026, 5, 1)


@pytest.fixture(scope="module")
def drawn(spark: SparkSession):
    numbers, groups = planted(200, seed=1)
    return users(spark, numbers, DAY).cache(), groups


@pytest.fixture(scope="module")
def fitted(drawn):
    return MODEL.fit(drawn[0])


def test_planted_groups_are_found_again_and_placed(drawn, fitted) -> None:
    frame, groups = drawn
    scored = fitted.score(frame).orderBy("user_id").toPandas()
    assert adjusted_rand_score(groups, scored["segment_id"]) > 0.95
    assert (scored["distance"] <= scored["second_distance"]).all()
    assert (scored["segment_id"] != scored["second_segment_id"]).all()
    labels = fitted.labels(fitted.matrix(fitted.raw(frame.orderBy("user_id"))))
    assert scored["segment_id"].tolist() == [fitted.segments_[label].segment_id for label in labels]


def test_a_value_that_is_no_observation_counts_as_missing(drawn) -> None:
    frame, _ = drawn
    seen = replace(MODEL, observed=(("study_count_90d", "study_count_90d > 0"),)).fit(frame)
    matrix = seen.matrix(seen.raw(frame))
    assert np.isnan(matrix[:, 1]).any()
    assert np.isfinite(matrix[:, 0]).all()


@pytest.mark.parametrize("method", ["bisecting_kmeans", "gaussian_mixture", "ward"])
def test_every_method_finds_the_planted_groups_and_survives_being_saved(drawn, tmp_path, method) -> None:
    frame, groups = drawn
    made = replace(MODEL, how=replace(MODEL.how, method=method)).fit(frame)
    labels = made.labels(made.matrix(made.raw(frame.orderBy("user_id"))))
    assert adjusted_rand_score(groups, labels) > 0.95
    made.save(tmp_path)
    assert Cut.load(tmp_path) == made
    assert (method == "ward") == bool(made.shape_.paths)


def test_dbscan_keeps_noise_as_a_segment_of_its_own(drawn) -> None:
    frame, groups = drawn
    made = replace(MODEL, how=How("dbscan", 0.9, 5, 7)).fit(frame)
    assert made.segments_[-1].segment_id == "noise"
    names = list(NAMES)
    far = [pa.array(["x", "y"]), *(pa.array([9e9, 90.0 if name != "active_days_90d" else 30.0]) for name in names)]
    placed = made.scored(pa.RecordBatch.from_arrays(far, names=["user_id", *names])).to_pylist()
    assert placed[0]["segment_id"] == "noise"
    assert placed[0]["distance"] is None
    assert placed[0]["second_segment_id"] is not None
    labels = made.labels(made.matrix(made.raw(frame.orderBy("user_id"))))
    members = labels >= 0
    assert members.mean() > 0.8
    assert adjusted_rand_score(groups[members], labels[members]) > 0.95


@pytest.mark.full
def test_a_mixture_states_chances_and_k_means_says_what_would_move_a_user(drawn, fitted) -> None:
    frame, _ = drawn
    mixed = replace(MODEL, how=replace(MODEL.how, method="gaussian_mixture")).fit(frame)
    row = mixed.score(frame).first()
    assert row.probability + row.second_probability <= 1 + 1e-9
    assert row.moves_by is None
    assert fitted.score(frame).first().probability is None
    assert fitted.score(frame).where("moves_by is not null").count() > 100


def test_one_user_and_constant_or_empty_columns_are_clear_outcomes(drawn) -> None:
    frame, _ = drawn
    with pytest.raises(LearnlakeError, match="no feature tells users apart"):
        MODEL.fit(frame.limit(1))
    empty = frame.withColumn("study_count_90d", F.lit(None).cast("long")).withColumn("browse_count_90d", F.lit(3))
    prepared = MODEL.prepared(empty).preparation_
    assert {name for name, _ in prepared.dropped} == {"study_count_90d", "browse_count_90d"}


def test_an_unfitted_model_says_so(drawn) -> None:
    with pytest.raises(LearnlakeError, match="not fitted"):
        MODEL.score(drawn[0])
