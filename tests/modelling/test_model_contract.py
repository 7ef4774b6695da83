"""What every model owes: the shared tests of its kind."""

from __future__ import annotations

import importlib
import inspect
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.demand.values.models.lifetimes import Lifetimes
from learnlake.modelling.propensity import Propensity
from learnlake.portraits.models.weights import Weights
from learnlake.segments.models.cut import Cut
from learnlake.segments.models.lookalikes import LookAlikes
from learnlake.segments.models.methods import How
from learnlake.segments.models.tiers import Tiers
from learnlake.segments.settings import Selection
from tests.segments.planted import NAMES, planted
from tests.segments.planted import users as made

MODELS = (
    Cut(NAMES, (), How("kmeans", 3, 5, 7), Selection(), 1_000),
    Lifetimes(),
    LookAlikes(NAMES, 1_000, 7),
    Propensity(NAMES),
    Tiers(NAMES, (), (), ("plain", "social"), "decision_tree", 7, 0.5),
    Weights(NAMES),
    Weights(NAMES, "label"),
)


@pytest.fixture(scope="module")
def users(spark: SparkSession) -> DataFrame:
    frame = made(spark, planted(120, seed=2)[0], date(2026, 5, 1))
    tier = F.when(F.col("community_count_90d") > 0, "social").otherwise("plain")
    frame = frame.withColumns(bought())
    return frame.withColumns(
        {"tier": tier, "is_seed": F.col("purchase_count_90d") > 8, "label": (tier == "social").cast("int")}
    ).cache()


def bought() -> dict[str, Column]:
    """What lifetimes are fitted on: a history in weeks, made of counts."""
    repeats = F.col("purchase_count_90d")
    lately = {f"bought_{weeks}w": F.least(repeats, F.lit(weeks)) for weeks in (4, 8, 13)}
    return {
        "repeat_count": repeats,
        "recency_weeks": F.when(repeats > 0, 20 - 20 / (repeats + 1)).otherwise(0.0),
        "age_weeks": F.lit(24.0),
        **lately,
        "first_paid": F.lit(9.0),
        "paid_count": repeats + 1,
        "mean_paid": F.lit(5.0) + F.col("browse_count_90d") % 7,
        "snapshot_date": F.lit(date(2026, 5, 1)),
        "ahead_weeks": F.lit(0.0),
        "later_count": F.lit(0),
    }


def test_every_model_is_listed() -> None:
    root = Path(inspect.getfile(importlib.import_module("learnlake"))).parent
    paths = {*root.glob("*/models/*.py"), *root.glob("demand/values/models/*.py")}
    paths |= {root / "modelling" / "propensity.py"}
    names = [".".join(path.relative_to(root.parent).with_suffix("").parts) for path in sorted(paths)]
    held = [kind for name in names for kind in vars(importlib.import_module(name)).values() if inspect.isclass(kind)]
    found = {kind for kind in held if kind.__module__ in names and hasattr(kind, "fit") and hasattr(kind, "score")}
    assert {type(model) for model in MODELS} == found


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: type(model).__name__)
def fitted(request: pytest.FixtureRequest, users: DataFrame) -> tuple[Any, Any, str]:
    """A model, what its fit returned, and how it looked before; fitted once for all tests of its contract."""
    before = repr(request.param)
    return request.param, request.param.fit(users), before


def test_scores_each_key_once(fitted, users) -> None:
    scored = fitted[1].score(users)
    assert scored.count() == users.count() == scored.select("user_id").distinct().count()


def test_fit_leaves_the_original_unfitted(fitted) -> None:
    model, made, before = fitted
    assert repr(model) == before
    assert made != model


def test_a_second_fit_forgets_the_first_and_row_order_and_partitions_do_not_matter(fitted, users) -> None:
    model, made, _ = fitted
    first = model.fit(users.where("study_count_90d = 0"))
    assert first != made
    assert first.fit(users.orderBy(F.desc("user_id")).repartition(3)) == made


def test_survives_being_saved(fitted, tmp_path: Path) -> None:
    model, made, _ = fitted
    made.save(tmp_path)
    assert type(model).load(tmp_path) == made
