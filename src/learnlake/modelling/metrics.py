"""How good ranked lists are: recall, precision, nDCG, mean average precision, mean reciprocal rank and hit rate.

Definitions are those of trec_eval, number for number; with k the places that count, and relevant what has a gain above 0:

- precision: relevant within k, over k, however short the list; recall: relevant within k, over all that is relevant.
- ndcg: sum of gain / log2(rank + 1) within k, over the same of the k highest gains of the truth. Gains are taken as they are: binary
  where truth has none; hand over ``2^gain - 1`` for the exponential form.
- average_precision: sum over the relevant within k of the precision at their rank, over all that is relevant. Its mean is MAP.
- reciprocal_rank: 1 over the rank of the first relevant one within k, else 0. Its mean is MRR.
- hit: 1 if anything relevant is within k, else 0. Its mean is the hit rate.

Sources: Järvelin and Kekäläinen (2002), ACM TOIS 20; Buckley and Voorhees (2005), TREC, for the others; the bootstrap with weights of Poisson,
Hanley and MacGibbon (2006), Computer Methods and Programs in Biomedicine 83.
"""

from __future__ import annotations

from functools import reduce
from operator import add

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

METRICS = ("precision", "recall", "ndcg", "average_precision", "reciprocal_rank", "hit")
BUCKETS = 1_000  # groups of users that the bootstrap draws from: beyond, more would narrow nothing
ROUNDS = 200
STEPS = 1_000_000
POISSON = (367_879, 735_759, 919_699, 981_012, 996_340, 999_406, 999_917, 999_990)
"""In millionths, the probability that a draw of Poisson's law with mean 1 is at most 0, 1, ... 7."""


def judged(lists: DataFrame, truth: DataFrame, cuts: tuple[int, ...]) -> DataFrame:
    """Judge the list of every user who has something to find.

    Args:
        lists: one row per user_id and rank (from 1, none twice) with item_id. An item that stands twice counts at its first rank.
        truth: one row per user_id and item_id, with ``gain`` where it is graded; what has no gain above 0 is not relevant.
        cuts: the values of k, each at least 1.

    Returns:
        One row per user_id and k with ``METRICS``, each within 0..1. A user with truth and no list has zeros; one with a list and
        nothing relevant is not judged.

    Raises:
        ValueError: if a cut is below 1, or there is none.
    """
    if not cuts or min(cuts) < 1:
        raise ValueError(f"lists are judged at places from 1 on, not at {cuts}.")
    gain = F.col("gain").cast("double") if "gain" in truth.columns else F.lit(1.0)
    relevant = truth.select("user_id", "item_id", gain.alias("gain")).where(F.col("gain") > 0)
    gains = F.reverse(F.array_sort(F.collect_list("gain"))).alias("gains")
    wanted = relevant.groupBy("user_id").agg(gains)
    met = lists.select("user_id", "item_id", "rank").join(relevant, ["user_id", "item_id"], "inner")
    first = met.groupBy("user_id", "item_id").agg(
        F.min("rank").cast("double").alias("rank"), F.max("gain").alias("gain")
    )
    hits = first.groupBy("user_id").agg(F.array_sort(F.collect_list(F.struct("rank", "gain"))).alias("hits"))
    asked = F.explode(F.array(*map(F.lit, cuts))).alias("k")
    both = wanted.join(hits, "user_id", "left").select("user_id", "gains", "hits", asked)
    none = F.array().cast("array<struct<rank: double, gain: double>>")
    within = F.coalesce(F.filter("hits", lambda hit: hit["rank"] <= F.col("k")), none)
    return both.withColumn("hits", within).select("user_id", "k", *_measures())


def _measures() -> list[Column]:
    """Return the metrics of ``hits`` (rank and gain, by rank, within k) beside ``gains`` (all of the truth, the highest first)."""
    found, whole = F.size("hits"), F.size("gains")
    gained = _sum(F.transform("hits", lambda hit: hit["gain"] / F.log2(hit["rank"] + 1)))
    ideal = _sum(F.transform(F.slice("gains", F.lit(1), F.col("k")), lambda gain, place: gain / F.log2(place + 2)))
    precisions = _sum(F.transform("hits", lambda hit, place: (place + 1) / hit["rank"]))
    first = F.try_divide(F.lit(1.0), F.try_element_at("hits", F.lit(1))["rank"])
    return [
        (found / F.col("k")).alias("precision"),
        (found / whole).alias("recall"),
        (gained / ideal).alias("ndcg"),
        (precisions / whole).alias("average_precision"),
        F.coalesce(first, F.lit(0.0)).alias("reciprocal_rank"),
        (found > 0).cast("double").alias("hit"),
    ]


def _sum(numbers: Column) -> Column:
    return F.aggregate(numbers, F.lit(0.0), add)


def averaged(users: DataFrame, metrics: tuple[str, ...] = METRICS, rounds: int = ROUNDS) -> DataFrame:
    """Average over users, with the 95 % interval of a bootstrap over users.

    Users are drawn by a hash of their id and the round, in at most 1,000 groups by hash, so that a million users cost as much as a thousand.

    Args:
        users: one row per user_id and k with the metrics.
        metrics: columns to average; null counts as absent.
        rounds: samples of the bootstrap.

    Returns:
        One row per k and metric: value (the mean), low, high (percentiles 2.5 and 97.5) and user_count; null where nobody has a value.
    """
    bucket = F.pmod(F.xxhash64(F.lit("judged"), "user_id"), F.lit(BUCKETS)).alias("bucket")
    held = users.groupBy("k", bucket).agg(
        *(F.sum(name).alias(name) for name in metrics), *(F.count(name).alias(f"n_{name}") for name in metrics)
    )
    drawn = held.withColumn("round", F.explode(F.sequence(F.lit(0), F.lit(rounds)))).withColumn(
        "draw", F.pmod(F.xxhash64(F.lit("bootstrap"), "bucket", "round"), F.lit(STEPS))
    )
    weighed = drawn.withColumn("weight", F.when(F.col("round") == 0, F.lit(1)).otherwise(_poisson("draw")))
    sums = weighed.groupBy("k", "round").agg(*(_mean(name) for name in metrics), *(_users(name) for name in metrics))
    is_whole = F.col("round") == 0
    told = [
        F.struct(
            F.lit(name).alias("metric"),
            F.max(F.when(is_whole, F.col(name))).alias("value"),
            F.percentile(F.when(~is_whole, F.col(name)), 0.025).alias("low"),
            F.percentile(F.when(~is_whole, F.col(name)), 0.975).alias("high"),
            F.max(F.when(is_whole, F.col(f"n_{name}"))).alias("user_count"),
        )
        for name in metrics
    ]
    return sums.groupBy("k").agg(F.array(*told).alias("told")).select("k", F.inline("told"))


def _mean(name: str) -> Column:
    weight = F.col("weight")
    return F.try_divide(F.sum(weight * F.col(name)), F.sum(weight * F.col(f"n_{name}"))).alias(name)


def _users(name: str) -> Column:
    return F.sum(f"n_{name}").alias(f"n_{name}")


def _poisson(draw: str) -> Column:
    """Return a draw of Poisson's law with mean 1, from one of the even law over millionths."""
    return reduce(add, [(F.col(draw) >= edge).cast("int") for edge in POISSON])


def gained(one: DataFrame, other: DataFrame, metrics: tuple[str, ...] = METRICS) -> DataFrame:
    """Return by how much each user's list of one source is better than that of another; ``averaged`` says whether by more than noise.

    Args:
        one: what ``judged`` returned of one source.
        other: the same of another, on the same truth.
        metrics: columns to compare.

    Returns:
        One row per user_id and k with each metric of ``one`` less that of ``other``.
    """
    beside = other.select("user_id", "k", *(F.col(name).alias(f"other_{name}") for name in metrics))
    both = one.join(beside, ["user_id", "k"], "inner")
    return both.select("user_id", "k", *((F.col(name) - F.col(f"other_{name}")).alias(name) for name in metrics))
