"""Splits by time, and where there is none by a stable hash."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.modelling.settings import ModelSettings

EPOCH = date(1970, 1, 1)


def train_day(as_of: date, first_day: date, settings: ModelSettings) -> date:
    """Return the day whose model scores ``as_of``: the retraining grid's last day at or before it.

    The grid is counted from 1970-01-01, so it is the same for every lake. Where the grid's day has less than
    ``min_history_days`` of data before it, the day trains for itself.
    """
    every = settings.retrain_every_days
    day = EPOCH + timedelta(days=(as_of - EPOCH).days // every * every)
    return day if (day - first_day).days >= settings.min_history_days else as_of


def in_share(key: str, purpose: str, share: float) -> Column:
    """Say of each row whether its key falls into a share of all keys; the same answer on any cluster, for ever."""
    bucket = F.pmod(F.xxhash64(F.lit(purpose), F.col(key)), F.lit(10_000))
    return bucket < round(share * 10_000)


def sampled(frame: DataFrame, key: str, at_most: int) -> DataFrame:
    """Return at most so many rows, always the same ones, sorted by key in one partition.

    Row order and partitions must be fixed before any fit: MLlib gives other results when rows arrive in another order.
    """
    return frame.orderBy(F.xxhash64(key), key).limit(at_most).coalesce(1).sortWithinPartitions(key)
