"""Segments that conf defines: conditions as Columns, and as words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from learnlake.segments.rules.people import happening, tags_of
from learnlake.segments.settings import AllOf, AnyOf, Condition, Cuts, Happened, Rules, Values

OTHERS = "others"


def scored(cuts: Cuts) -> Column:
    """Return how many cuts a feature reaches, from 0; a missing value reaches none."""
    value = F.col(cuts.feature).cast("double")
    reached = [F.when(value <= at if cuts.less_is_better else value >= at, 1).otherwise(0) for at in cuts.at]
    return F.coalesce(reduce(lambda a, b: a + b, reached), F.lit(0))


def holds(condition: Condition) -> Column:
    """Say of each person whether a condition holds; unknown means no."""
    if isinstance(condition, AnyOf):
        return reduce(or_, map(holds, condition.any_of))
    if isinstance(condition, AllOf):
        return reduce(and_, map(holds, condition.all_of))
    if isinstance(condition, Happened):
        return F.coalesce(F.col(happening(condition.happened, condition.days)), F.lit(0)) >= condition.times
    return F.coalesce(F.expr(condition), F.lit(False))


def ruled(rules: Rules) -> Column:
    """Return the segment of each person: the first rule met, else ``others`` where conf names them, else null."""
    met = [F.when(holds(rule.when), F.lit(name)) for name, rule in rules.segments.items()]
    rest = [F.lit(OTHERS)] if rules.otherwise else []
    return F.coalesce(*met, *rest, F.lit(None).cast("string"))


def valued(name: str, values: Values) -> tuple[Column, Column]:
    """Return the segment of each person and the second one: the values of a scheme of values."""
    nothing = F.lit(None).cast("string")
    if values.by is not None:
        own = F.expr(values.by).cast("string")
        return F.when(F.trim(own) != "", own), nothing
    heavy = F.col(tags_of(name))
    return F.get(heavy, F.lit(0))["tag"], F.get(heavy, F.lit(1))["tag"]


def in_words(condition: Condition, scores: Mapping[str, Cuts]) -> tuple[str, str]:
    """Say a condition in English and in Chinese; SQL stays SQL, a score says its cuts."""
    if isinstance(condition, AnyOf | AllOf):
        parts = condition.any_of if isinstance(condition, AnyOf) else condition.all_of
        english, chinese = zip(*(in_words(part, scores) for part in parts), strict=True)
        joint, joint_zh = (" or ", "或") if isinstance(condition, AnyOf) else (" and ", "且")
        return f"({joint.join(english)})", f"（{joint_zh.join(chinese)}）"
    if isinstance(condition, Happened):
        return (
            f"{condition.happened} at least {condition.times} times in {condition.days} days",
            f"{condition.days}天内{condition.happened}至少{condition.times}次",
        )
    used = [name for name in scores if name in condition]
    cuts = "; ".join(f"{name}: {_cuts(scores[name])}" for name in used)
    said = f"{condition} ({cuts})" if cuts else condition
    return said, said


def in_sql(condition: Condition) -> str:
    """Write a condition for a person to check; what is counted is written as a function."""
    if isinstance(condition, AnyOf | AllOf):
        parts = condition.any_of if isinstance(condition, AnyOf) else condition.all_of
        joint = " OR " if isinstance(condition, AnyOf) else " AND "
        return f"({joint.join(in_sql(part) for part in parts)})"
    if isinstance(condition, Happened):
        return f"happened({condition.happened}, {condition.days} days) >= {condition.times}"
    return condition


def _cuts(cuts: Cuts) -> str:
    sign = "<=" if cuts.less_is_better else ">="
    return f"{cuts.feature} {sign} {', '.join(f'{at:g}' for at in cuts.at)}"
