from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES
from learnlake.modelling.gate import judge
from learnlake.modelling.settings import ModelSettings
from learnlake.segments.settings import Scheme, Schemes
from learnlake.segments.training import cut, tiers
from tests.drawing import draw
from tests.segments.planted import NAMES, noise, planted, users

BEFORE, EARLIER, LATER = date(2026, 3, 6), date(2026, 4, 3), date(2026, 5, 1)
WORDS = {"en": "x", "zh": "y"}
LEVEL = {
    "known": "declared_level",
    "tiers": {"junior": WORDS, "senior": WORDS},
    "features": ["study_count_90d", "browse_count_90d", "active_days_90d"],
    "learners": ["decision_tree", "logistic_regression"],
}


def schemes(**more: object) -> Schemes:
    held = {"features": NAMES, "k_to": 6, "references": 2, **more}
    return Schemes(files={"behaviour": Scheme.model_validate({"name": WORDS, "cluster": held})})


def trained(frame, current=None, **more: object):
    return cut(frame, as_of=LATER, file="behaviour", schemes=schemes(**more), settings=ModelSettings(), current=current)


def both_days(spark: SparkSession, earlier: np.ndarray, later: np.ndarray):
    return users(spark, earlier, EARLIER).unionByName(users(spark, later, LATER))


@pytest.fixture(scope="module")
def first(spark: SparkSession):
    return trained(both_days(spark, planted(160, seed=1)[0], planted(160, seed=2)[0]))


def test_planted_groups_are_published_and_judged_on_the_later_day(first) -> None:
    assert len(first.model.centres) == 4
    assert judge(first).is_published, judge(first).reason
    assert first.metrics["silhouette"] > first.metrics["rfm_silhouette"]
    assert {f"stability_k{k}" for k in range(2, 7)} <= set(first.metrics)
    assert "28 days before the train day" in first.remark
    assert all(segment.definition for segment in first.model.segments_)
    assert len({segment.colour for segment in first.model.segments_}) == 4


def test_noise_has_no_structure_and_nothing_is_published(spark: SparkSession) -> None:
    candidate = trained(both_days(spark, noise(100, seed=1), noise(100, seed=2)))
    assert candidate.model is None
    assert judge(candidate).reason.startswith("no structure")
    assert not judge(candidate).is_published


def test_a_young_lake_judges_on_other_users_and_says_so(spark: SparkSession) -> None:
    candidate = trained(users(spark, planted(240, seed=1)[0], LATER))
    assert "other users of the same day" in candidate.remark
    assert candidate.metrics["judged_users"] < 240


@pytest.mark.parametrize(
    ("count", "more", "said"),
    [
        (12, {}, "too few"),
        (0, {}, "too few"),
        (120, {"features": ["mean_rating", "night_share"]}, "no feature tells users apart"),
        (120, {"features": ["mean_rating", "idle_days"]}, "no feature tells users apart"),
        (120, {"features": ["active_days_90d", "idle_days"]}, "only `active_days_90d` is left"),
        (120, {"k_from": 15, "k_to": 15, "features": ["active_days_90d", "purchase_count_90d"]}, "no structure"),
    ],
    ids=["few users", "no user", "all null", "constant", "one feature", "more clusters than different users"],
)
def test_what_cannot_be_clustered_is_refused_with_the_reason(spark: SparkSession, count, more, said) -> None:
    four_kinds = np.repeat(planted(4, seed=1)[0], 30, axis=0)
    candidate = trained(users(spark, four_kinds, LATER).limit(count), **more)
    assert said in judge(candidate).reason
    assert not judge(candidate).is_published


@pytest.mark.full
def test_a_retrained_segment_keeps_its_id_name_and_colour_and_a_new_one_gets_its_own(
    spark: SparkSession, first
) -> None:
    retrained = both_days(spark, planted(160, seed=3)[0], planted(160, seed=4)[0])
    again = trained(retrained, current=first.model).model

    def seen(model):
        return {(s.segment_id, s.name, s.name_zh, s.colour) for s in model.segments_}

    assert seen(again) == seen(first.model)
    assert again.lineage_ == ()
    old = first.model.segments_
    renamed = replace(first.model, segments_=(replace(old[0], segment_id="kept"), *old[1:]))
    assert "kept" in {s.segment_id for s in trained(retrained, current=renamed).model.segments_}


@pytest.mark.full
def test_a_planted_split_and_a_planted_merge_are_told(spark: SparkSession) -> None:
    """Half of the fourth group turns to study and buying; later it turns back."""
    numbers, groups = planted(240, seed=5)
    turned = numbers.copy()
    rows = np.flatnonzero(groups == 3)[::2]
    turned[rows, 3] = 0
    turned[rows, 1] = np.random.default_rng(0).poisson(100, len(rows))
    turned[rows, 2] = np.random.default_rng(1).poisson(60, len(rows))

    def days(before: np.ndarray, since: np.ndarray):
        return both_days(spark, since, since).unionByName(users(spark, before, BEFORE))

    first = trained(days(numbers, numbers)).model
    split = trained(days(numbers, turned), current=first).model
    (change,) = split.lineage_
    assert (change.kind, change.from_id) == ("split", "discuss_much")
    merged = trained(days(turned, numbers), current=split).model
    (back,) = merged.lineage_
    assert (back.kind, back.from_id, back.to_id) == ("merge", change.to_id, "discuss_much")
    assert {s.segment_id for s in merged.segments_} == {s.segment_id for s in first.segments_}


@pytest.fixture(scope="module")
def levelled(spark: SparkSession):
    """160 users of whom half declare a level that shows in what they do; the last 60 came after the earlier day."""
    numbers, groups = planted(320, seed=6)
    now, then = users(spark, numbers, LATER), users(spark, numbers, EARLIER).where("user_id < 'u0200'")
    rows = "\n".join(
        f"u{n:04d} | 2026-01-01T00:00:00 | {'senior' if group % 2 else 'junior'}"
        for n, group in enumerate(groups)
        if n % 3
    )
    accounts = draw(ACCOUNTS, f"account_id | known_from | declared_level\n{rows}")
    return then.unionByName(now), accounts, draw(IDENTITIES, "account_id\nx").limit(0)


def placed(frames, **more: object):
    conf = Schemes(files={"level": Scheme.model_validate({"name": WORDS, "tier": {**LEVEL, **more}})})
    return tiers(*frames, as_of=LATER, file="level", schemes=conf, settings=ModelSettings())


@pytest.mark.full
def test_tiers_are_learned_and_judged_on_users_who_came_later(levelled) -> None:
    candidate = placed(levelled, fewest_known=45)
    assert judge(candidate).is_published, judge(candidate).reason
    assert "judged on those who came since" in candidate.remark
    winner = candidate.params["learner"]
    assert candidate.metrics[f"f1_macro_{winner}"] > 0.9 > candidate.metrics["f1_macro_majority"]
    assert len(candidate.model.definitions_) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"fewest_known": 5_000}, "the tier of 213 users is known, fewer than 5000"),
        ({"tiers": {"junior": WORDS, "senior": WORDS, "guru": WORDS}}, "too few users are known to be guru"),
    ],
)
def test_too_few_known_tiers_are_too_few(levelled, change, said) -> None:
    assert said in judge(placed(levelled, **change)).reason


def test_nobody_known_is_refused(levelled) -> None:
    features, accounts, identities = levelled
    unknown = accounts.withColumn("declared_level", F.lit(None).cast("string"))
    assert "the tier of 0 users is known" in judge(placed((features, unknown, identities))).reason
