from __future__ import annotations

from datetime import date

import numpy as np
from pyspark.sql import SparkSession

from learnlake.modelling.gate import judge
from learnlake.modelling.settings import ModelSettings
from learnlake.segments.models.kmeans import KMeansSegments
from learnlake.segments.settings import Scheme, Schemes
from learnlake.segments.training import behaviour, identities
from tests.segments.planted import NAMES, noise, planted, users

EARLIER, LATER = date(2026, 4, 3), date(2026, 5, 1)
SCHEMES = Schemes(files={"behaviour": Scheme(features=NAMES, k_to=6, references=3)})


def trained(features, current=None):
    return behaviour(features, as_of=LATER, schemes=SCHEMES, settings=ModelSettings(), current=current)


def both_days(spark: SparkSession, earlier: np.ndarray, later: np.ndarray):
    return users(spark, earlier, EARLIER).unionByName(users(spark, later, LATER))


def test_planted_groups_are_published_and_judged_on_the_later_day(spark: SparkSession) -> None:
    candidate = trained(both_days(spark, planted(160, seed=1)[0], planted(160, seed=2)[0]))
    assert candidate.model.k == 4
    assert judge(candidate).is_published, judge(candidate).reason
    assert candidate.metrics["silhouette"] > candidate.metrics["rfm_silhouette"]
    assert "28 days before the train day" in candidate.remark


def test_noise_has_no_structure_and_nothing_is_published(spark: SparkSession) -> None:
    candidate = trained(both_days(spark, noise(100, seed=1), noise(100, seed=2)))
    assert candidate.model is None
    assert judge(candidate).reason.startswith("no structure")
    assert not judge(candidate).is_published


def test_a_young_lake_judges_on_other_users_and_says_so(spark: SparkSession) -> None:
    candidate = trained(users(spark, planted(240, seed=1)[0], LATER))
    assert "other users of the same day" in candidate.remark
    assert candidate.metrics["judged_users"] < 240


def test_too_few_users_are_too_few(spark: SparkSession) -> None:
    candidate = trained(users(spark, planted(12, seed=1)[0], LATER))
    assert "too few" in judge(candidate).reason


def test_a_retrained_segment_keeps_its_id_and_name_and_a_new_one_gets_its_own(spark: SparkSession) -> None:
    first = trained(both_days(spark, planted(160, seed=1)[0], planted(160, seed=2)[0])).model
    again = trained(both_days(spark, planted(160, seed=3)[0], planted(160, seed=4)[0]), current=first).model
    assert dict(zip(again.segment_ids_, again.names_, strict=True)) == dict(
        zip(first.segment_ids_, first.names_, strict=True)
    )
    fewer = first.identified(("gone", *first.segment_ids_[1:]), tuple(zip(first.names_, first.names_zh_, strict=True)))
    assert (
        "gone"
        in trained(both_days(spark, planted(160, seed=3)[0], planted(160, seed=4)[0]), current=fewer).model.segment_ids_
    )


def test_clusters_that_match_nothing_published_never_take_a_used_id() -> None:
    centres = ((-1.0, 0.0), (1.0, 0.0))
    old = KMeansSegments(
        ("study_count_90d", "browse_count_90d"),
        2,
        7,
        10,
        centres_=centres,
        segment_ids_=("study_little", "study_much"),
        names_=("x", "y"),
        names_zh_=("x", "y"),
    )
    new = KMeansSegments(old.features, 2, 7, 10, centres_=centres)
    points = np.array([[-1.0, 0.0]] * 5 + [[1.0, 0.0]] * 5)
    far = np.array([[-1.0, 0.0]] * 10)
    ids, _ = identities(new, old, points, far)
    assert len(set(ids)) == 2
    assert ids[0] == "study_little"
    assert ids[1] == "study_much_2"
