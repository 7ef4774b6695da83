from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.modelling.calibration import calibration_error
from learnlake.modelling.learners import LEARNERS, Knobs
from learnlake.segments.models.tiers import MAJORITY, Comparison, Tiers, compare

NAMES = ("junior", "intermediate", "senior")
KNOBS = Knobs(tree_depth=3, forest_trees=4, forest_depth=3, boosting_rounds=2, boosting_depth=2, steps=6)
TREE = Tiers(("answers", "noise"), ("country",), ("tags",), NAMES, "decision_tree", 7, 0.5, knobs=KNOBS)
LOGISTIC = replace(TREE, learner="logistic_regression")
SCHEMA = "user_id string, answers double, noise double, country string, tags array<string>, tier string"
EACH = pytest.mark.parametrize("model", [TREE, LOGISTIC], ids=lambda model: model.learner)


def planted(spark: SparkSession, count: int, seed: int, share_wrong: float = 0.0) -> DataFrame:
    """Users whose answers, country and tags tell their tier; one in eight values is missing, some tiers are drawn anew."""
    random = np.random.default_rng(seed)
    tiers = random.integers(0, 3, count)
    told = np.where(random.random(count) < share_wrong, random.integers(0, 3, count), tiers)
    is_there = random.random((count, 3)) > 1 / 8
    words = (["sql"], ["sql", "spark"], ["spark", "delta"])
    rows = [
        (
            f"{'noisy' if share_wrong else 'u'}{place:04d}",
            float(random.poisson(3 + 15 * tier)) if is_there[place, 0] else None,
            float(random.normal()),
            ("DE", "FR", "US")[(tier + (random.random() < 0.4)) % 3] if is_there[place, 1] else None,
            words[tier] if is_there[place, 2] else None,
            NAMES[told[place]],
        )
        for place, tier in enumerate(tiers)
    ]
    return spark.createDataFrame(rows, SCHEMA).coalesce(2).cache()


@pytest.fixture(scope="module")
def users(spark: SparkSession) -> DataFrame:
    return planted(spark, 240, seed=1)


@pytest.fixture(scope="module")
def others(spark: SparkSession) -> DataFrame:
    return planted(spark, 200, seed=2)


@pytest.fixture(scope="module")
def compared(users: DataFrame, others: DataFrame) -> Comparison:
    return compare(users, others, TREE, LEARNERS, at_most=150)


@pytest.fixture(scope="module")
def fitted(users: DataFrame) -> dict[str, Tiers]:
    return {model.learner: model.fit(users) for model in (TREE, LOGISTIC)}


@pytest.mark.full
def test_every_learner_finds_the_planted_tiers_that_the_majority_misses(compared):
    found = {each.learner: each.quality for each in compared.measured}
    assert set(found) == {MAJORITY, *LEARNERS}
    assert found[MAJORITY].f1_macro < 0.25
    assert {name for name in LEARNERS if found[name].f1_macro < 0.85} == set()
    assert {name for name in LEARNERS if found[name].log_loss > 0.5} == set()


@pytest.mark.full
def test_the_comparison_names_its_winner_and_flattens_its_numbers(compared):
    metrics = compared.metrics()
    assert metrics["judged_users"] == 150  # of 200, as it is bounded
    best = max(metrics[f"f1_macro_{learner}"] for learner in LEARNERS)
    equal = [learner for learner in LEARNERS if metrics[f"f1_macro_{learner}"] == best]
    assert compared.winner == equal[0] == compared.model.learner
    assert compared.model.calibration_ is not None
    assert metrics["f1_macro_low_majority"] <= metrics["f1_macro_majority"] <= metrics["f1_macro_high_majority"]


def test_probabilities_are_ordered_and_below_the_threshold_nobody_is_placed(fitted, others):
    lenient = fitted["logistic_regression"]
    strict = replace(lenient, threshold=0.9)
    before, after = (model.score(others).orderBy("user_id").toPandas() for model in (lenient, strict))
    assert before.columns.tolist() == ["user_id", "tier", "probability", "second_tier", "second_probability"]
    assert len(before) == before["user_id"].nunique() == others.count()
    assert (before["probability"] >= before["second_probability"]).all()
    assert (before["probability"] + before["second_probability"] <= 1 + 1e-12).all()
    assert (before["tier"] != before["second_tier"]).all()
    is_placed = after["probability"] >= 0.9
    assert 0 < is_placed.sum() < len(after)
    assert set(after["tier"][~is_placed]) == {"unplaced"}
    assert after["tier"][is_placed].tolist() == before["tier"][is_placed].tolist()
    assert after["probability"].tolist() == before["probability"].tolist()


def test_probabilities_hold_where_known_tiers_are_partly_wrong(spark):
    """Four in ten tiers are drawn anew, so that at most 0.6 + 0.4 / 3 = 0.73 of them can be told."""
    noisy = planted(spark, 2_400, seed=3, share_wrong=0.4)
    is_later = F.col("user_id") >= "noisy1200"
    probabilities, labels = TREE.fit(noisy.where(~is_later)).judge(noisy.where(is_later))
    assert len(labels) == 1_200
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(1_200))
    assert 0.6 < probabilities.max(axis=1).mean() < 0.78
    assert calibration_error(probabilities, labels) < 0.06


@EACH
def test_missing_values_and_unseen_categories_are_scored(model, fitted, spark):
    odd = spark.createDataFrame(
        [
            ("blank", None, None, None, None, None),
            ("unseen", float("nan"), float("inf"), "Atlantis", ["cobol", None], None),
        ],
        SCHEMA,
    )
    scored = fitted[model.learner].score(odd).toPandas()
    assert set(scored["user_id"]) == {"blank", "unseen"}
    assert scored["probability"].between(1 / 3, 1).all()


@EACH
def test_fit_leaves_the_original_and_forgets_earlier_fits_and_the_order_of_rows(model, fitted, users):
    first = fitted[model.learner]
    assert model.encoder_ is model.learned_ is model.calibration_ is None
    shuffled = users.where("user_id <= 'u0199'").unionByName(users.where("user_id > 'u0199'")).orderBy(F.desc("noise"))
    again = replace(first, calibration_=None).fit(shuffled.repartition(3))
    assert again == first
    assert model.fit(users.where("user_id <= 'u0149'")) != first


@EACH
def test_a_fitted_model_survives_being_saved_and_answers_as_before(model, fitted, others, tmp_path: Path):
    first = fitted[model.learner]
    first.save(tmp_path)
    loaded = Tiers.load(tmp_path)
    assert loaded == first
    before, after = (made.score(others).orderBy("user_id").collect() for made in (first, loaded))
    assert before == after


def test_an_unfitted_model_is_saved_too_and_says_that_it_is_unfitted(users, tmp_path: Path):
    TREE.save(tmp_path)
    assert Tiers.load(tmp_path) == TREE
    with pytest.raises(LearnlakeError, match="not fitted"):
        TREE.score(users)


def test_constant_and_empty_columns_have_no_say(users):
    flat = users.withColumns({"noise": F.lit(5.0), "country": F.lit(None).cast("string")}).withColumn(
        "tags", F.lit(None).cast("array<string>")
    )
    empty = flat.withColumn("noise", F.lit(None).cast("double"))
    for frame in (flat, empty):
        model = LOGISTIC.fit(frame)
        assert model.encoder_ is not None
        weights = np.array(model.learned_.coefficients)
        assert np.abs(weights[:, :2]).max() > 0  # the answers
        assert weights[:, 2:] == pytest.approx(0)


def test_rows_without_a_tier_are_passed_over(fitted, users):
    with_strangers = users.unionByName(
        users.limit(50).withColumns({"user_id": F.concat(F.lit("x"), "user_id"), "tier": F.lit(None).cast("string")})
    )
    assert TREE.fit(with_strangers) == fitted["decision_tree"]


@pytest.mark.parametrize(
    ("model", "condition", "said"),
    [
        (TREE, "tier = 'junior'", "`intermediate` is known of 0 users, fewer than the 20"),
        (TREE, "tier <> 'senior' or user_id < 'u0010'", r"`senior` is known of \d users"),
        (replace(TREE, tiers=("junior",)), "tier = 'junior'", "only one tier, `junior`"),
        (replace(TREE, tiers=("junior", "senior")), "true", "`intermediate`, which is none of the tiers"),
        (replace(TREE, learner="decision_trees"), "true", "did you mean `decision_tree`"),
        (replace(TREE, numeric=("answer",)), "true", "lack the column `answer`; did you mean `answers`"),
    ],
)
def test_what_cannot_be_learned_is_said_in_a_sentence(model, condition, said, users):
    with pytest.raises(LearnlakeError, match=said):
        model.fit(users.where(condition))


def test_nobody_to_judge_by_is_said(users):
    with pytest.raises(LearnlakeError, match="nobody with a known tier is left to judge"):
        compare(users, users.where("false"), TREE, ("decision_tree",))
