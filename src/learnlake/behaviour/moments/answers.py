"""Answers of moments: what goes before, and what comes after a purchase."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.columns import EVERYBODY
from learnlake.lake.stage import answer
from learnlake.lake.tables.moments import MOMENTS, PURCHASE_SEQUELS


@answer(reads=(MOMENTS,))
def before(found: DataFrame, *, as_of: date, moment: str, scheme: str = EVERYBODY, most_q: float = 1.0) -> DataFrame:
    """Tell what went before one moment, the largest effect first; of all users or of each segment of a scheme."""
    own = (F.col("as_of_date") == F.lit(as_of)) & (F.col("moment") == moment) & (F.col("scheme") == scheme)
    told = found.where(own & (F.coalesce("contrast_q", F.lit(1.0)) <= most_q))
    return told.orderBy("segment_id", F.desc(F.abs("effect_size")), "deed").select(
        F.col("segment_id").alias("segment"),
        "deed",
        _share("case").alias("of those"),
        _share("control").alias("of the others"),
        _difference(),
        F.round("effect_size", 2).alias("effect size"),
        F.format_string("%.2g", "contrast_q").alias("q"),
        F.round("case_mean", 1).alias("times"),
        F.round("control_mean", 1).alias("times others"),
    )


@answer(reads=(PURCHASE_SEQUELS,))
def sequels(found: DataFrame, *, as_of: date, item: str | None = None) -> DataFrame:
    """Tell what buyers take up after a purchase, the largest difference first; after one item, or before it."""
    own = found.where(F.col("as_of_date") == F.lit(as_of))
    if item is not None:
        own = own.where((F.col("bought_item") == item) | (F.col("next_item") == item))
    return own.orderBy(F.desc("difference"), "bought_item", "next_item").select(
        F.col("bought_item").alias("bought"),
        F.col("next_item").alias("then"),
        _share("case").alias("of buyers"),
        _share("control").alias("of others"),
        _difference(),
        F.round("median_lag", 1).alias("median days"),
        F.concat_ws(" : ", "after_count", "before_count").alias("after : before"),
        F.format_string("%.2g", "order_q").alias("q"),
        _said("Of the buyers of %s, %.0f %% take up %s, after %.1f days in the median; of others %.0f %%.").alias(
            "said"
        ),
        _said("购买 %s 的用户中，%.0f %% 随后选择了 %s，中位间隔 %.1f 天；其他用户为 %.0f %%。").alias("said_zh"),
    )


def _said(words: str) -> Column:
    percent = {who: F.col(f"{who}_share") * 100 for who in ("case", "control")}
    return F.format_string(words, "bought_item", percent["case"], "next_item", "median_lag", percent["control"])


def _share(who: str) -> Column:
    return F.format_string("%.1f %% of %d", F.col(f"{who}_share") * 100, F.col(f"{who}_count"))


def _difference() -> Column:
    ends = (F.col(f"difference{end}") * 100 for end in ("", "_low", "_high"))
    return F.format_string("%+.1f (95 %% %+.1f to %+.1f)", *ends).alias("points apart")
