from __future__ import annotations

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from sklearn.linear_model import LogisticRegression

from learnlake.errors import LearnlakeError
from learnlake.portraits.models.weights import RIDGE, Weights, total, upright
from tests.portraits.drawn import NUMBERS, buyers, users

FEATURES = ("study_count_30d", "browse_count_30d", "idle_days")
LEARNED = Weights(FEATURES, "purchase_count_90d")
SPREAD = Weights(FEATURES, "", "study_count_30d")
MODELS = pytest.mark.parametrize("model", [LEARNED, SPREAD], ids=["learned", "spread"])


@pytest.fixture(scope="module")
def drawn(spark: SparkSession) -> DataFrame:
    numbers, bought = buyers(300, seed=1)
    numbers[:, 3] = bought
    numbers[:, 0] = numbers[:, 2] + numbers[:, 0] % 3
    return users(spark, numbers).cache()


@MODELS
class TestEveryWeights:
    def test_the_parts_add_up_to_the_score(self, model, drawn) -> None:
        parts = model.fit(drawn).parts()
        assert set(parts) == {"intercept", *FEATURES}
        row = drawn.select(total(parts).alias("score"), *(part.alias(name) for name, part in parts.items())).first()
        assert row.score == pytest.approx(sum(row[name] for name in parts), abs=1e-12)
        assert row.score != 0

    def test_the_order_of_features_has_no_say(self, model, drawn) -> None:
        turned = Weights(FEATURES[::-1], model.outcome, model.upward).fit(drawn)
        one, other = (dict(zip(m.features, m.weights_, strict=True)) for m in (model.fit(drawn), turned))
        assert one == pytest.approx(other, abs=1e-6)

    def test_constant_and_empty_features_have_no_weight(self, model, drawn) -> None:
        blank = drawn.withColumns({"browse_count_30d": F.lit(5).cast("long"), "idle_days": F.lit(None).cast("int")})
        fitted = model.fit(blank)
        assert fitted.weights_[1:] == (0.0, 0.0)
        assert fitted.weights_[0] > 0

    def test_features_none_of_which_varies_are_refused(self, model, drawn) -> None:
        blank = drawn.withColumns({name: F.lit(None).cast("int") for name in FEATURES})
        for frame in (blank, drawn.limit(1)):
            with pytest.raises(LearnlakeError, match="varies between users"):
                model.fit(frame)

    def test_an_unfitted_model_says_so(self, model, drawn) -> None:
        with pytest.raises(LearnlakeError, match="not fitted"):
            model.score(drawn)


def test_learned_weights_agree_with_scikit_learn(drawn) -> None:
    fitted = LEARNED.fit(drawn)
    rows = fitted.scaled(drawn, "purchase_count_90d").toPandas()
    reference = LogisticRegression(C=1 / (RIDGE * len(rows)), tol=1e-10).fit(
        rows[list(FEATURES)], rows["purchase_count_90d"] > 0
    )
    assert np.allclose(fitted.weights_, reference.coef_[0], atol=1e-3)
    assert fitted.intercept_ == pytest.approx(reference.intercept_[0], abs=1e-3)
    assert fitted.weights_[0] > 0 > fitted.weights_[1], "who studies buys, who browses does not"


def test_an_outcome_that_is_the_same_for_all_teaches_nothing(drawn) -> None:
    with pytest.raises(LearnlakeError, match="same for every user"):
        LEARNED.fit(drawn.where("purchase_count_90d = 1"))


def test_the_spread_is_the_first_component(drawn) -> None:
    fitted = SPREAD.fit(drawn)
    points = fitted.scaled(drawn).drop("user_id").toPandas().to_numpy(dtype=float)
    sizes, axes = np.linalg.eigh(np.cov(points.T))
    assert np.allclose(np.abs(fitted.weights_), np.abs(axes[:, -1]), atol=1e-6)
    assert fitted.explained_share_ == pytest.approx(sizes[-1] / sizes.sum(), abs=1e-6)


def test_a_features_sign_turns_its_own_weight_alone_unless_it_fixes_the_sign(drawn) -> None:
    plain = SPREAD.fit(drawn).weights_
    other = SPREAD.fit(drawn.withColumn("idle_days", -F.col("idle_days"))).weights_
    anchor = SPREAD.fit(drawn.withColumn("study_count_30d", -F.col("study_count_30d"))).weights_
    assert other == pytest.approx((plain[0], plain[1], -plain[2]), abs=1e-6)
    assert anchor == pytest.approx((plain[0], -plain[1], -plain[2]), abs=1e-6)


@pytest.mark.parametrize(
    ("loadings", "upward", "turn"),
    [
        ({"a": -0.1, "b": 0.9}, "a", -1.0),
        ({"b": 0.9, "a": -0.1}, "b", 1.0),
        ({"b": 0.5, "a": -0.5, "z": 0.0}, "z", -1.0),
        ({"a": 0.1, "b": -0.9, "z": 1e-9}, "z", -1.0),
    ],
)
def test_the_sign_is_fixed_by_a_rule(loadings, upward, turn) -> None:
    assert upright(loadings, upward) == turn
    assert upright({name: -x for name, x in loadings.items()}, upward) == -turn


def test_an_experts_weights_are_of_the_tamed_features_and_null_counts_nothing(spark: SparkSession) -> None:
    frame = users(spark, np.array([[7, 0, 3, 0], [np.nan, 0, 3, 0]]), names=NUMBERS)
    model = Weights.given({"study_count_30d": 2.0, "idle_days": -1.0}, 0.5)
    found = {row.user_id: row.score for row in model.score(frame).collect()}
    assert found == pytest.approx({"u0000": 0.5 + 2 * np.log(4) - np.log(8), "u0001": 0.5 + 2 * np.log(4)})
