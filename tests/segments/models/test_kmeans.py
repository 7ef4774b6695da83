from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from sklearn.metrics import adjusted_rand_score

from learnlake.errors import LearnlakeError
from learnlake.segments.models.kmeans import KMeansSegments
from tests.segments.planted import NAMES, planted, users

MODEL = KMeansSegments(NAMES, k=4, seed=7, at_most=1_000)
DAY = date(2026, 5, 1)


@pytest.fixture(scope="module")
def drawn(spark: SparkSession):
    numbers, groups = planted(200, seed=1)
    return users(spark, numbers, DAY).cache(), groups


def test_planted_groups_are_found_again(drawn) -> None:
    frame, groups = drawn
    scored = MODEL.fit(frame).score(frame).orderBy("user_id").toPandas()
    assert adjusted_rand_score(groups, scored["segment_id"]) > 0.95
    assert (scored["distance"] <= scored["second_distance"]).all()
    assert (scored["segment_id"] != scored["second_segment_id"]).all()


def test_assignment_by_expressions_is_that_of_the_centres(drawn) -> None:
    frame, _ = drawn
    fitted = MODEL.fit(frame)
    points = fitted.scaled(frame).orderBy("user_id").drop("user_id").toPandas().to_numpy(dtype=float)
    by_numpy = [fitted.segment_ids_[label] for label in fitted.labels(points)]
    assert fitted.score(frame).orderBy("user_id").toPandas()["segment_id"].tolist() == by_numpy


def test_a_missing_feature_counts_as_the_mean(drawn) -> None:
    frame, _ = drawn
    fitted = MODEL.fit(frame)
    blank = frame.limit(1).withColumn("study_count_90d", F.lit(None).cast("long"))
    assert fitted.scaled(blank).first().study_count_90d == 0.0


def test_a_feature_that_never_varies_has_no_say(drawn) -> None:
    frame, _ = drawn
    fitted = MODEL.fit(frame.withColumn("study_count_90d", F.lit(5).cast("long")))
    assert {centre[1] for centre in fitted.centres_} == {0.0}


def test_centres_agree_with_scikit_learn(drawn) -> None:
    from sklearn.cluster import KMeans

    frame, _ = drawn
    fitted = MODEL.fit(frame)
    points = fitted.scaled(frame).drop("user_id").toPandas().to_numpy(dtype=float)
    reference = KMeans(4, n_init=10, random_state=0).fit(points).cluster_centers_
    assert np.allclose(np.array(fitted.centres_), np.array(sorted(map(tuple, reference))), atol=1e-6)


def test_an_unfitted_model_says_so(drawn, tmp_path: Path) -> None:
    with pytest.raises(LearnlakeError, match="not fitted"):
        MODEL.score(drawn[0])
