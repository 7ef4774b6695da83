"""Answers about rules and paths: what goes with what, and what comes after what, in words."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.stage import answer
from learnlake.lake.tables.rules import ITEM_RULES, ITEM_SEQUENCES, ITEM_TRANSITIONS

BASKETS = {
    "user": ("users who took", "用户"),
    "order": ("orders with", "订单"),
    "session": ("visits with", "访问"),
    "window": ("spans of days with", "时段"),
}


@answer(reads=(ITEM_RULES,))
def rules(found: DataFrame, *, as_of: date, scope: str | None = None, item: str | None = None) -> DataFrame:
    """List the rules of a day, the one with the largest leverage first, with a sentence in English and in Chinese.

    Args:
        found: rows of gold.item_rules.
        as_of: the day.
        scope: only of this scope, such as ``courses`` or ``courses/level/junior``; of all if left out.
        item: only rules with this item on either side.
    """
    chosen = _chosen(found, as_of, scope)
    if item is not None:
        chosen = chosen.where((F.col("consequent") == item) | F.array_contains("antecedent_items", item))
    return chosen.orderBy("scope", F.desc("leverage"), "antecedent", "consequent").select(
        "scope",
        "antecedent",
        "consequent",
        "together_count",
        F.round("confidence", 3).alias("confidence"),
        F.round("lift", 2).alias("lift"),
        F.round("leverage", 4).alias("leverage"),
        F.format_string("%.2g", "q_value").alias("q_value"),
        F.round("followed_share", 3).alias("followed_share"),
        _in_english().alias("said"),
        _in_chinese().alias("said_zh"),
    )


@answer(reads=(ITEM_SEQUENCES,))
def paths(found: DataFrame, *, as_of: date, scope: str | None = None, item: str | None = None) -> DataFrame:
    """List the frequent ordered paths of a day, the one with most users first; of one scope, or through one item."""
    chosen = _chosen(found, as_of, scope)
    if item is not None:
        chosen = chosen.where(F.array_contains("sequence_items", item))
    return chosen.orderBy("scope", F.desc("user_count"), "sequence").select(
        *("scope", "sequence", "user_count"),
        F.round("support", 3).alias("support"),
        F.round("median_days_between", 1).alias("median_days_between"),
    )


@answer(reads=(ITEM_TRANSITIONS,))
def transitions(found: DataFrame, *, as_of: date, scope: str | None = None, item: str | None = None) -> DataFrame:
    """List what comes next, the most frequent way first; of one scope, or from one item."""
    chosen = _chosen(found, as_of, scope)
    if item is not None:
        chosen = chosen.where(F.col("from_item") == item)
    return chosen.orderBy("scope", F.desc("transition_count"), "from_item", "to_item").select(
        *("scope", "from_item", "to_item", "transition_count"),
        F.round("transition_share", 3).alias("transition_share"),
        F.round("lift", 2).alias("lift"),
        F.format_string("%.2g", "q_value").alias("q_value"),
        F.round("median_days_between", 1).alias("median_days_between"),
    )


def _chosen(found: DataFrame, as_of: date, scope: str | None) -> DataFrame:
    of_day = found.where(F.col("as_of_date") == F.lit(as_of))
    return of_day if scope is None else of_day.where(F.col("scope") == scope)


def _in_english() -> Column:
    said = F.format_string(
        "Of the %s %s, %.0f %% (%.0f-%.0f %%) %s %s too; %.1f times what chance would give.",
        _word(0),
        _joined(" and "),
        *_percentages(),
        F.when(F.col("basket_unit") == "user", F.lit("took")).otherwise(F.lit("hold")),
        "consequent",
        "lift",
    )
    later = F.format_string(" %.0f %% of the users took it afterwards, in time.", F.col("followed_share") * 100)
    return F.concat(said, F.when(F.col("followed_share").isNotNull(), later).otherwise(F.lit("")))


def _in_chinese() -> Column:
    said = F.format_string(
        "含有 %s 的%s中，%.0f %%（%.0f–%.0f %%）也含有 %s，是随机情形的 %.1f 倍。",
        _joined(" 和 "),
        _word(1),
        *_percentages(),
        "consequent",
        "lift",
    )
    of_users = F.format_string(
        "选择了 %s 的用户中，%.0f %%（%.0f–%.0f %%）也选择了 %s，是随机情形的 %.1f 倍。",
        _joined(" 和 "),
        *_percentages(),
        "consequent",
        "lift",
    )
    later = F.format_string("%.0f %% 的用户在期限内随后选择了它。", F.col("followed_share") * 100)
    whole = F.when(F.col("basket_unit") == "user", of_users).otherwise(said)
    return F.concat(whole, F.when(F.col("followed_share").isNotNull(), later).otherwise(F.lit("")))


def _percentages() -> list[Column]:
    return [F.col(name) * 100 for name in ("confidence", "confidence_low", "confidence_high")]


def _joined(by: str) -> Column:
    return F.array_join("antecedent_items", by)


def _word(place: int) -> Column:
    words = [F.lit(part) for unit, said in BASKETS.items() for part in (unit, said[place])]
    return F.element_at(F.create_map(*words), F.col("basket_unit"))
