"""What lists are like beside being right: coverage, novelty, diversity, popularity bias, calibration by topic, exposure of creators.

All take ``lists``, one row per user_id and rank with item_id, cut to the places that count; and ``history``, one row per user_id and item_id
with a weight above 0. All are Spark built-ins; none pairs items with each other.

Sources: novelty and diversity, Vargas and Castells (2011), RecSys; diversity within a list, Smyth and McClave (2001), ICCBR; the Gini
coefficient of exposure, Fleder and Hosanagar (2009), Management Science 55; calibration, Steck (2018), RecSys.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

ALPHA = 0.01  # of the user's own distribution in that of the list, so that no topic of the history has a share of 0
TOP_SHARE = 0.1


def coverage(lists: DataFrame, items: DataFrame) -> DataFrame:
    """Say how much of a catalogue is shown to anybody.

    Args:
        lists: user_id, rank, item_id.
        items: one row per item_id of the catalogue.

    Returns:
        One row: item_count, shown_count, coverage (0..1; null of an empty catalogue). Items outside the catalogue do not count.
    """
    shown = lists.select("item_id", F.lit(1).alias("is_shown")).distinct()
    held = items.select("item_id").join(shown, "item_id", "left")
    counts = held.agg(F.count(F.lit(1)).alias("item_count"), F.count("is_shown").alias("shown_count"))
    return counts.select("item_count", "shown_count", F.try_divide("shown_count", "item_count").alias("coverage"))


def novelty(lists: DataFrame, history: DataFrame) -> DataFrame:
    """Say how little known the items of each list are: mean self-information, in bits.

    Args:
        lists: user_id, rank, item_id.
        history: user_id, item_id.

    Returns:
        One row per user_id with novelty, the mean of -log2(users with the item / users); an item that nobody has counts as had by one user.
    """
    users = history.agg(F.countDistinct("user_id").cast("double").alias("whole"))
    taken = history.groupBy("item_id").agg(F.countDistinct("user_id").alias("taken"))
    met = lists.join(taken, "item_id", "left").crossJoin(F.broadcast(users))
    bits = -F.log2(F.try_divide(F.coalesce("taken", F.lit(1)).cast("double"), F.col("whole")))
    return met.groupBy("user_id").agg(F.mean(bits).alias("novelty"))


def diversity(lists: DataFrame, features: DataFrame) -> DataFrame:
    """Say how unlike each other the items of each list are: 1 less the mean cosine of all pairs.

    The sum over pairs follows from the length of the summed vectors, so that no pair is made.

    Args:
        lists: user_id, rank, item_id.
        features: the vectors of items, one row per item_id and ``feature`` with ``value``: a tag with 1, or a place of a given vector.

    Returns:
        One row per user_id with diversity; null where fewer than two items have a vector. Items without one do not count.
    """
    squares = features.groupBy("item_id").agg(F.sqrt(F.sum(F.pow("value", 2))).alias("length"))
    unit = features.join(squares.where(F.col("length") > 0), "item_id", "inner")
    met = lists.select("user_id", "item_id").join(unit, "item_id", "inner")
    share = F.col("value") / F.col("length")
    places = met.groupBy("user_id", "feature").agg(F.sum(share).alias("summed"))
    whole = places.groupBy("user_id").agg(F.sum(F.pow("summed", 2)).alias("square"))
    counts = met.groupBy("user_id").agg(F.countDistinct("item_id").cast("double").alias("n"))
    pairs = F.col("n") * (F.col("n") - 1)
    told = (1 - F.try_divide(F.col("square") - F.col("n"), pairs)).alias("diversity")
    held = whole.join(counts, "user_id", "inner").select("user_id", told)
    return lists.select("user_id").distinct().join(held, "user_id", "left").select("user_id", "diversity")


def popularity_bias(lists: DataFrame, items: DataFrame, history: DataFrame) -> DataFrame:
    """Say how unequally items are shown.

    Args:
        lists: user_id, rank, item_id.
        items: one row per item_id of the catalogue.
        history: user_id, item_id.

    Returns:
        One row: gini, of how often each item of the catalogue is shown (0: all alike; (n - 1) / n: one alone), and top_decile_share, the share of
        all places that goes to the tenth of the catalogue with most users in the history, items with equally many sharing its edge; null
        where nothing is shown.
    """
    shown = lists.groupBy("item_id").agg(F.count(F.lit(1)).cast("double").alias("shown"))
    taken = history.groupBy("item_id").agg(F.countDistinct("user_id").cast("double").alias("taken"))
    held = items.select("item_id").join(shown, "item_id", "left").join(taken, "item_id", "left").fillna(0.0)
    return _gini(held).crossJoin(_top_share(held)).select("gini", "top_decile_share")


def _gini(items: DataFrame) -> DataFrame:
    """Return the Gini coefficient of ``shown``, from how many items are shown how often: those are few numbers."""
    levels = items.groupBy("shown").agg(F.count(F.lit(1)).cast("double").alias("n"))
    held = levels.agg(
        F.array_sort(F.collect_list(F.struct("shown", "n"))).alias("levels"),
        F.sum("n").alias("whole"),
        F.sum(F.col("shown") * F.col("n")).alias("places"),
    )

    def added(state: Column, level: Column) -> Column:
        weight = level["shown"] * level["n"] * (2 * state["below"] + level["n"])
        return F.struct((state["below"] + level["n"]).alias("below"), (state["sum"] + weight).alias("sum"))

    start = F.struct(F.lit(0.0).alias("below"), F.lit(0.0).alias("sum"))
    ranked = F.aggregate("levels", start, added)["sum"]
    gini = F.try_divide(ranked - F.col("whole") * F.col("places"), F.col("whole") * F.col("places"))
    return held.select(gini.alias("gini"))


def _top_share(items: DataFrame) -> DataFrame:
    """Return the share of places of the most popular tenth; of the level at its edge, as many as fit, with the level's mean."""
    levels = items.groupBy("taken").agg(F.count(F.lit(1)).cast("double").alias("n"), F.sum("shown").alias("shown"))
    highest = F.reverse(F.array_sort(F.collect_list(F.struct("taken", "n", "shown"))))
    held = levels.agg(highest.alias("levels"), F.sum("n").alias("whole"), F.sum("shown").alias("places"))

    def added(state: Column, level: Column) -> Column:
        fits = F.least(state["left"], level["n"])
        got = state["got"] + level["shown"] * fits / level["n"]
        return F.struct((state["left"] - fits).alias("left"), got.alias("got"))

    left = F.ceil(F.col("whole") * TOP_SHARE).cast("double")
    got = F.aggregate("levels", F.struct(left.alias("left"), F.lit(0.0).alias("got")), added)["got"]
    return held.select(F.try_divide(got, F.col("places")).alias("top_decile_share"))


def miscalibration(lists: DataFrame, history: DataFrame, topics: DataFrame) -> DataFrame:
    """Say how far the topics of each list are from those of the user's history: the Kullback-Leibler divergence, in nats.

    Args:
        lists: user_id, rank, item_id; every place weighs alike.
        history: user_id, item_id, weight.
        topics: one row per item_id and topic with weight above 0; each item's weights are scaled to add up to 1.

    Returns:
        One row per user_id of the lists with miscalibration: the sum over topics of p ln(p / q), where p is the history's share of a topic and q that of
        the list with 1 % of p mixed in. 0 is alike, 4.6 nothing in common; null where list or history has no topic.
    """
    whole = topics.groupBy("item_id").agg(F.sum("weight").alias("whole"))
    share = (F.col("weight") / F.col("whole")).alias("share")
    told = topics.join(whole, "item_id", "inner").select("item_id", "topic", share)
    own = _spread(history.select("user_id", "item_id", "weight"), told, "p")
    shown = _spread(lists.select("user_id", "item_id", F.lit(1.0).alias("weight")), told, "q")
    known = shown.select("user_id").distinct()
    both = own.join(known, "user_id", "inner").join(shown, ["user_id", "topic"], "left")
    mixed = (1 - ALPHA) * F.coalesce("q", F.lit(0.0)) + ALPHA * F.col("p")
    found = both.groupBy("user_id").agg(F.sum(F.col("p") * F.log(F.col("p") / mixed)).alias("miscalibration"))
    return lists.select("user_id").distinct().join(found, "user_id", "left").select("user_id", "miscalibration")


def _spread(held: DataFrame, topics: DataFrame, name: str) -> DataFrame:
    """Return each user's share of every topic that occurs."""
    met = held.join(topics, "item_id", "inner")
    summed = met.groupBy("user_id", "topic").agg(F.sum(F.col("weight") * F.col("share")).alias("summed"))
    whole = summed.groupBy("user_id").agg(F.sum("summed").alias("all"))
    return summed.join(whole, "user_id", "inner").select(
        "user_id", "topic", (F.col("summed") / F.col("all")).alias(name)
    )


def creator_exposure(lists: DataFrame, items: DataFrame) -> DataFrame:
    """Say how the places of all lists are shared out among creators.

    Args:
        lists: user_id, rank, item_id.
        items: one row per item_id of the catalogue with creator_id; items without a creator do not count.

    Returns:
        One row per creator_id: item_count, shown_count, and both as shares of all creators' (item_share, exposure_share; null where nothing is
        shown).
    """
    shown = lists.groupBy("item_id").agg(F.count(F.lit(1)).alias("shown"))
    held = items.where(F.col("creator_id").isNotNull()).join(shown, "item_id", "left")
    counts = held.groupBy("creator_id").agg(
        F.count(F.lit(1)).alias("item_count"), F.coalesce(F.sum("shown"), F.lit(0)).alias("shown_count")
    )
    whole = counts.agg(F.sum("item_count").alias("all_items"), F.sum("shown_count").alias("all_shown"))
    met = counts.crossJoin(F.broadcast(whole))
    shares = (
        F.try_divide("item_count", "all_items").alias("item_share"),
        F.try_divide("shown_count", "all_shown").alias("exposure_share"),
    )
    return met.select("creator_id", "item_count", "shown_count", *shares)
