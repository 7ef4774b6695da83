"""What every model owes: the shared tests of its kind."""

from __future__ import annotations

import importlib
import inspect
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.segments.models.kmeans import KMeansSegments
from tests.segments.planted import NAMES, planted
from tests.segments.planted import users as made

MODELS = (KMeansSegments(NAMES, k=4, seed=7, at_most=1_000),)


@pytest.fixture(scope="module")
def users(spark: SparkSession) -> DataFrame:
    return made(spark, planted(120, seed=2)[0], date(2026, 5, 1)).cache()


def test_every_model_is_listed() -> None:
    root = Path(inspect.getfile(importlib.import_module("learnlake"))).parent
    modules = [
        ".".join(path.relative_to(root.parent).with_suffix("").parts)
        for path in root.glob("*/models/*.py")
        if path.stem != "__init__"
    ]
    assert {type(model).__module__ for model in MODELS} == set(modules)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
class TestEveryModel:
    def test_scores_each_key_once(self, model, users) -> None:
        scored = model.fit(users).score(users)
        assert scored.count() == users.count() == scored.select("user_id").distinct().count()

    def test_a_second_fit_forgets_the_first(self, model, users) -> None:
        assert model.fit(users.where("study_count_90d = 0")).fit(users) == model.fit(users)

    def test_fit_leaves_the_original_unfitted(self, model, users) -> None:
        before = repr(model)
        model.fit(users)
        assert repr(model) == before

    def test_row_order_and_partitions_do_not_matter(self, model, users) -> None:
        assert model.fit(users.orderBy(F.desc("user_id")).repartition(3)) == model.fit(users)

    def test_survives_being_saved(self, model, users, tmp_path: Path) -> None:
        fitted = model.fit(users)
        fitted.save(tmp_path)
        assert type(model).load(tmp_path) == fitted
