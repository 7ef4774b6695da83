"""Answers about what customers are worth: who most, and how the worth is spread, in English and Chinese."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.stage import answer
from learnlake.lake.tables.values import CUSTOMER_VALUES

SAID = (
    "expected to spend %.2f in a year (80 %% %.2f to %.2f), in %.1f purchases of %.2f; bought on %d days, last on %s",
    "预计一年消费 %.2f（80 %% 区间 %.2f 至 %.2f），约 %.1f 次，每次 %.2f；已购买 %d 天，最近一次 %s",
)
MEMBER = (
    "member since %s, expected to stay %.1f more months (95 %% %.1f to %.1f) of the next twelve",
    "会员始于 %s，未来十二个月内预计再留 %.1f 个月（95 %% 区间 %.1f 至 %.1f）",
)
PURCHASES = (
    "expected to buy on %.1f days in a year (80 %% %d to %d); bought on %d days, last on %s",
    "预计一年购买 %.1f 天（80 %% 区间 %d 至 %d）；已购买 %d 天，最近一次 %s",
)
SOLD = ("worth %.1f %% of all that is expected", "占预计总额的 %.1f %%")


@answer(reads=(CUSTOMER_VALUES,))
def values(found: DataFrame, *, as_of: date, limit: int = 20) -> DataFrame:
    """List the customers of whom most is expected, and say how much, with intervals; of members how long they stay.

    Those of whom no money is told come after the others, by how often they are expected to buy; customers alone, and none
    where there is no model.
    """
    told = found.where((F.col("as_of_date") == F.lit(as_of)) & F.col("expected_purchases_365d").isNotNull())
    order = (F.desc_nulls_last("value_amount_365d"), F.desc("expected_purchases_365d"), "user_id")
    chance = F.format_string("%.0f %%", F.col("return_probability_28d") * 100)
    alive = F.format_string("%.0f %%", F.col("alive_probability") * 100)
    return (
        told.orderBy(*order)
        .limit(limit)
        .select(
            *("user_id", F.col("value_decile").alias("tenth"), alive.alias("still a customer")),
            chance.alias("buys in 28 days"),
            F.concat_ws("; ", _of_customer(0), _of_member(0)).alias("said"),
            F.concat_ws("；", _of_customer(1), _of_member(1)).alias("said_zh"),
        )
    )


@answer(reads=(CUSTOMER_VALUES,))
def value_deciles(found: DataFrame, *, as_of: date) -> DataFrame:
    """Say of each tenth of the customers, the one worth most first, what is expected of it and which share of all that is."""
    told = found.where((F.col("as_of_date") == F.lit(as_of)) & F.col("value_decile").isNotNull())
    tenths = told.groupBy("value_decile").agg(
        F.count(F.lit(1)).alias("customers"),
        F.sum("value_amount_365d").cast("double").alias("_value"),
        F.sum("expected_purchases_365d").alias("_purchases"),
        F.avg("alive_probability").alias("_alive"),
    )
    whole = tenths.agg(F.sum("_value").alias("_all"))
    share = F.try_divide(F.col("_value") * 100, F.col("_all"))
    return (
        tenths.crossJoin(F.broadcast(whole))
        .orderBy(F.desc("value_decile"))
        .select(
            *(F.col("value_decile").alias("tenth"), "customers"),
            F.format_string("%.2f", "_value").alias("expected in a year"),
            F.format_string("%.2f", F.col("_value") / F.col("customers")).alias("of one customer"),
            F.format_string("%.2f", F.col("_purchases") / F.col("customers")).alias("purchases of one"),
            F.format_string("%.0f %%", F.col("_alive") * 100).alias("still customers"),
            F.when(share.isNotNull(), F.format_string(SOLD[0], share)).alias("said"),
            F.when(share.isNotNull(), F.format_string(SOLD[1], share)).alias("said_zh"),
        )
    )


def _of_customer(language: int) -> Column:
    money = ("value_amount_365d", "value_low_amount_365d", "value_high_amount_365d")
    held = (
        *(F.col(name).cast("double") for name in money),
        *(F.col("expected_purchases_365d"), F.col("mean_purchase_amount").cast("double"), F.col("bought_days")),
        F.col("last_bought_date").cast("string"),
    )
    often = ("expected_purchases_365d", "purchases_low_365d", "purchases_high_365d", "bought_days")
    without = F.format_string(PURCHASES[language], *often, F.col("last_bought_date").cast("string"))
    return F.when(F.col("value_amount_365d").isNotNull(), F.format_string(SAID[language], *held)).otherwise(without)


def _of_member(language: int) -> Column:
    ends = ("remaining_months", "remaining_low_months", "remaining_high_months")
    said = F.format_string(MEMBER[language], F.col("member_since").cast("string"), *ends)
    return F.when(F.col("remaining_months").isNotNull(), said)
