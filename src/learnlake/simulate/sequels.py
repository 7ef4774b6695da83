"""What follows from a purchase: its chapters read in order, a rating, now and then a refund."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.simulate.dice import Dice, below

READS_BOUGHT_BOOK = 0.7
RATES_PURCHASE = 0.6
RETURNS_PURCHASE = 0.03
CHAPTERS_READ = 3
# Sequels count on from here, so that no other event of their day has their place.
_FIRST_PLACE = 1_000
_KEYS = ("account_number", "day", "place")


def with_sequels(deeds: DataFrame, dice: Dice) -> DataFrame:
    """Let purchases have their sequels on later days of the same account.

    Args:
        deeds: one row per event with event_type, item_id, day, last_day, place and second.
        dice: the source of chance.

    Returns:
        The same rows and, within the account's time, the sequels: the first chapters of a bought book in order,
        one a day from 1 or 2 days after it, as ``view``; a ``rate`` 2 to 6 days after; a
        ``refund`` 3 days after. A sequel's place tells which purchase of which day it belongs to.
    """
    itself = _sequel(F.col("event_type"), F.col("item_id"), F.lit(0), F.lit(0))
    is_purchase = F.col("event_type") == "purchase"
    every = F.array_compact(F.array(itself, *_chapters(dice), *_opinions(dice)))
    sequels = F.when(is_purchase, every).otherwise(F.array(itself))
    told = deeds.withColumn("sequel", F.explode(sequels)).withColumns(
        {
            "event_type": F.col("sequel.event_type"),
            "item_id": F.col("sequel.item_id"),
            "day": F.col("day") + F.col("sequel.lag_days"),
            "place": _place(),
        }
    )
    return told.where(F.col("day") <= F.col("last_day")).drop("sequel")


def _chapters(dice: Dice) -> list[Column]:
    """The planted reading path of a buyer."""
    is_book = F.col("item_id").startswith("book/") & ~F.col("item_id").endswith("-4")
    reads = is_book & dice.happens("reads", READS_BOUGHT_BOOK, *_KEYS)
    wait = below(dice.uniform("reading lag", *_KEYS), 2)
    stem = F.replace(F.col("item_id"), F.lit("book/"), F.lit("chapter/"))
    return [
        F.when(reads, _sequel(F.lit("view"), F.concat(stem, F.lit(f"-{number}")), wait + number, F.lit(number)))
        for number in range(1, CHAPTERS_READ + 1)
    ]


def _opinions(dice: Dice) -> list[Column]:
    rates = dice.happens("rates", RATES_PURCHASE, *_KEYS)
    wait = 2 + below(dice.uniform("rating lag", *_KEYS), 5)
    returns = dice.happens("returns", RETURNS_PURCHASE, *_KEYS)
    item = F.col("item_id")
    return [
        F.when(rates & ~returns, _sequel(F.lit("rate"), item, wait, F.lit(CHAPTERS_READ + 1))),
        F.when(returns, _sequel(F.lit("refund"), item, F.lit(3), F.lit(CHAPTERS_READ + 2))),
    ]


def _sequel(event_type: Column, item_id: Column, lag_days: Column, rank: Column) -> Column:
    return F.struct(
        event_type.alias("event_type"), item_id.alias("item_id"), lag_days.alias("lag_days"), rank.alias("rank")
    )


def _place() -> Column:
    """Keep places unique within the day a sequel lands on: they hold its purchase's place, its lag and rank."""
    rank, lag = F.col("sequel.rank"), F.col("sequel.lag_days")
    told = F.lit(_FIRST_PLACE) + (F.col("place") * 10 + lag) * 10 + rank
    return F.when(rank == 0, F.col("place")).otherwise(told).cast("int")
