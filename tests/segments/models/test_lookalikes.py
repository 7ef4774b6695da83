from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.segments.models.lookalikes import LookAlikes
from tests.segments.planted import NAMES, planted, users

MODEL = LookAlikes(NAMES, 1_000, 7)


@pytest.fixture(scope="module")
def marked(spark: SparkSession):
    """200 users of four planted groups; ten of the second group are the seeds."""
    numbers, groups = planted(200, seed=3)
    frame = users(spark, numbers, date(2026, 5, 1))
    return frame.withColumn("is_seed", F.col("user_id").isin([f"u{n:04d}" for n in range(1, 41, 4)])).cache(), groups


def test_the_most_alike_are_those_of_the_seeds_own_group(marked) -> None:
    frame, groups = marked
    scored = MODEL.fit(frame).score(frame.where(~F.col("is_seed"))).orderBy("distance", "user_id")
    nearest = [int(row.user_id[1:]) for row in scored.limit(40).collect()]
    assert sum(groups[number] == 1 for number in nearest) >= 38
    similarities = [row.similarity for row in scored.collect()]
    assert similarities == sorted(similarities, reverse=True)
    assert 0.2 < similarities[10] <= similarities[0] <= 1
    assert similarities[-1] == pytest.approx(1 / 11), "none of ten seeds is as far from the others: one in eleven"


def test_one_seed_is_too_few(marked) -> None:
    with pytest.raises(LearnlakeError, match="1 of the seeds are users"):
        MODEL.fit(marked[0].withColumn("is_seed", F.col("user_id") == "u0001"))


def test_an_unfitted_model_says_so(marked) -> None:
    with pytest.raises(LearnlakeError, match="not fitted"):
        MODEL.score(marked[0])
