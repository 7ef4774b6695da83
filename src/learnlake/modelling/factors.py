"""Factors of users and items from implicit feedback, by the library implicit where preferences fit into one task, by MLlib beyond.

Both ways minimise the sum over all users and items of c (p - x y)^2 + regularisation (|x|^2 + |y|^2), where p is 1 for a preference and 0 for none,
and the confidence c is 1 + alpha x strength. MLlib weighs the penalty of a user or an item by its number of preferences; it is handed
a weight with which those of an average user and an average item are the stated one.

Sources: Hu, Koren and Volinsky (2008), ICDM; penalties weighed by numbers, Zhou et al. (2008), AAIM.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt

import pyarrow as pa
from pyspark.ml.feature import IndexToString, StringIndexer
from pyspark.ml.recommendation import ALS
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.modelling.native_als import HalfStep, train
from learnlake.modelling.settings import Learning
from learnlake.modelling.topn import Items

LARGEST = 1e30  # strength that single precision holds with room for sums
OF_A_BLOCK = 200_000  # preferences that MLlib holds together
MOST_BLOCKS = 100
NOTHING = "no preference has a strength above 0: give some, or learn from another period."
UNSOUND = "a preference lacks user_id or item_id, or its strength is no finite number of 0 or more: leave such rows out; its strength: "


@dataclass(frozen=True)
class Factors:
    """What was learned.

    Attributes:
        users: one row per user with a preference above 0: user_id, factors (array<float>).
        items: one row per item with a preference above 0: item_id, factors.
    """

    users: DataFrame
    items: DataFrame


def learn_factors(preferences: DataFrame, learning: Learning, rows: int) -> Factors:
    """Learn factors; this runs jobs.

    Natively the answer is the same for any order of rows and any number of threads; by MLlib up to rounding.

    Args:
        preferences: user_id, item_id, strength >= 0; those of the same user and item are added up, a strength of 0 says nothing.
        learning: settings.
        rows: how many preferences there are, as the caller counted; decides the way.

    Raises:
        LearnlakeError: if there are none, or none above 0. A task that meets an unsound row raises its sentence as Spark's error.
    """
    if rows < 1:
        raise LearnlakeError("there are no preferences to learn factors from: give some, or learn from another period.")
    held = sound(preferences).where("strength > 0")
    return _natively(held, learning) if rows <= learning.native_up_to else _by_mllib(held, learning)


def fold_in(preferences: DataFrame, items: Items, learning: Learning) -> DataFrame:
    """Return factors of users from their preferences alone, by the closed form of one half-step of ALS.

    Args:
        preferences: user_id, item_id, strength >= 0, of users whom the training did not see or who have new ones; all of each user.
        items: with factors that were learned.
        learning: as in the training; the rank is that of the items.

    Returns:
        One row per user: user_id, factors (array<float>); null where no known item has a strength above 0.
    """

    def folded(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        step = HalfStep(items, learning)
        for batch in batches:
            yield step.told(batch)

    liked = F.collect_list(F.struct("item_id", "strength")).alias("liked")
    grouped = sound(preferences).groupBy("user_id").agg(liked)
    return grouped.mapInArrow(folded, "user_id string, factors array<float>")


def sound(preferences: DataFrame) -> DataFrame:
    """Return user_id, item_id and strength as double; whoever reads an unsound row raises an error."""
    strength = F.col("strength").cast("double")
    is_sound = strength.between(0, LARGEST) & F.col("user_id").isNotNull() & F.col("item_id").isNotNull()
    refused = F.raise_error(F.concat(F.lit(UNSOUND), F.coalesce(strength.cast("string"), F.lit("null"))))
    return preferences.select("user_id", "item_id", F.when(is_sound, strength).otherwise(refused).alias("strength"))


def _natively(held: DataFrame, learning: Learning) -> Factors:
    """Train in one task; the checkpoint keeps users and items from being learned twice."""

    def trained(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from train(batches, learning)

    rows = held.repartition(1).mapInArrow(trained, "is_user boolean, id string, factors array<float>")
    kept = rows.repartition("id").localCheckpoint()
    if kept.isEmpty():
        raise LearnlakeError(NOTHING)
    return Factors(
        kept.where("is_user").select(F.col("id").alias("user_id"), "factors"),
        kept.where("NOT is_user").select(F.col("id").alias("item_id"), "factors"),
    )


def _by_mllib(held: DataFrame, learning: Learning) -> Factors:
    pairs = held.groupBy("user_id", "item_id").agg(F.sum("strength").alias("strength"))
    kept = pairs.sortWithinPartitions("user_id", "item_id").persist()
    try:
        count = kept.count()
        if not count:
            raise LearnlakeError(NOTHING)
        coder = StringIndexer(
            inputCols=["user_id", "item_id"], outputCols=["user", "item"], stringOrderType="alphabetAsc"
        ).fit(kept)
        users, items = coder.labelsArray
        coded = coder.transform(kept).select(F.col("user").cast("int"), F.col("item").cast("int"), "strength")
        penalty = learning.regularisation * sqrt(len(users) * len(items)) / count
        blocks = max(1, min(MOST_BLOCKS, count // OF_A_BLOCK))
        model = _als(learning, penalty).setNumBlocks(blocks).fit(coded)
    finally:
        kept.unpersist()
    scale = (len(users) / len(items)) ** 0.25  # with it the penalty of both sides is the stated one
    return Factors(
        _named(model.userFactors, "user_id", users, 1 / scale), _named(model.itemFactors, "item_id", items, scale)
    )


def _als(learning: Learning, penalty: float) -> ALS:
    return ALS(
        rank=learning.rank,
        maxIter=learning.iterations,
        regParam=penalty,
        alpha=learning.alpha,
        implicitPrefs=True,
        seed=learning.seed,
        userCol="user",
        itemCol="item",
        ratingCol="strength",
    )


def _named(factors: DataFrame, key: str, names: list[str], scale: float) -> DataFrame:
    told = IndexToString(inputCol="id", outputCol=key, labels=list(names)).transform(factors)
    return told.select(key, F.transform("features", lambda x: (x * F.lit(scale)).cast("float")).alias("factors"))
