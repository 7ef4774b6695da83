"""gold.goal_checks: whether what a model sees and says has moved, whether what it said came true, and whether to train anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import reduce

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.demand.goals.rules.labelled import Log, at_risk, labelled
from learnlake.demand.goals.settings import DemandSettings, Goals
from learnlake.demand.goals.training import PROPENSITY
from learnlake.lake.stage import Before, Published, stage
from learnlake.lake.supply import files_of
from learnlake.lake.tables.demand import DEMAND_FEATURES, GOAL_CHECKS, PROPENSITIES
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS, USER_DAYS
from learnlake.modelling import binary
from learnlake.modelling.drift import CHANCE, Reference, binned, ks, psi
from learnlake.modelling.propensity import Propensity

ORDER = "goal string, goal_check string, goal_subject string, found double, bound double, is_ok boolean, detail string"
FEWEST_ROWS = 200


@stage(
    reads=(
        *(USER_FEATURES, DEMAND_FEATURES, PROPENSITIES, Before(PROPENSITIES, days=14)),
        *(USER_DAYS, EVENTS, IDENTITIES, ITEMS),
    ),
    writes=GOAL_CHECKS,
    uses=(PROPENSITY,),
    lacks=files_of(Goals),
)
def goal_checks(
    features: DataFrame,
    demand: DataFrame,
    now: DataFrame,
    then: DataFrame,
    days: DataFrame,
    events: DataFrame,
    identities: DataFrame,
    items: DataFrame,
    *,
    as_of: date,
    goals: Goals,
    settings: DemandSettings,
    models: Mapping[str, Published],
) -> DataFrame:
    """Compare columns and chances with those the model was judged on, and older chances with what came.

    The quality of the chances of an earlier day is told of goals whose window has ended since; goals about new items have no drift of
    features, for there are no such items on most days.
    """
    log = Log(days, events, identities, items)
    told = [_nothing(features)]
    for name, published in sorted(models.items()):
        goal, model = goals.files[name], published.model
        if not goal.success.published_within_days:
            people = at_risk(features, demand, goal)
            told.append(_drifted(people, now.where(F.col("goal") == name), model, (name, settings)))
            past = then.where(
                (F.col("goal") == name)
                & (F.col("as_of_date") <= F.lit(as_of - timedelta(days=goal.gap_days + goal.window_days)))
            )
            told.append(_come_true(labelled(past, goal, log), model, (name, settings)))
    every = reduce(DataFrame.unionByName, told)
    return (
        every.unionByName(_retrain(every))
        .withColumn("as_of_date", F.lit(as_of))
        .select(*(column.name for column in GOAL_CHECKS.columns))
    )


def _nothing(like: DataFrame) -> DataFrame:
    parts = (part.split(" ") for part in ORDER.split(", "))
    return like.limit(0).select(*(F.lit(None).cast(kind).alias(name) for name, kind in parts))


def _drifted(people: DataFrame, chances: DataFrame, model: Propensity, of: tuple[str, DemandSettings]) -> DataFrame:
    """Compare the spread of columns and chances with the model's reference."""
    goal, settings = of
    held = tuple(r for r in model.reference_ if r.column != CHANCE)
    score = tuple(r for r in model.reference_ if r.column == CHANCE)
    counted = binned(people, held).unionByName(binned(chances, score))
    known = {reference.column: reference for reference in model.reference_}

    def compare(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        rows = pd.concat(list(batches))
        for name, own in rows.groupby("column_name"):
            yield compared(known[str(name)], own, goal, settings)

    return counted.coalesce(1).mapInPandas(compare, ORDER)


def compared(reference: Reference, counts: pd.DataFrame, goal: str, settings: DemandSettings) -> pd.DataFrame:
    """Return the checks of one column from its counts by bin (bin, row_count)."""
    found = np.zeros(reference.size)
    found[counts["bin"].to_numpy()] = counts["row_count"].to_numpy()
    total = found.sum()
    if total < FEWEST_ROWS:
        return pd.DataFrame([], columns=[part.split()[0] for part in ORDER.split(", ")])
    shares, before = found / total, np.array(reference.shares)
    measures = {"psi": (psi(before, shares), settings.most_psi)}
    if not reference.words:
        measures["ks"] = (ks(before, shares), settings.most_ks)
    detail = f"{total:.0f} users"
    rows = [(goal, check, reference.column, x, most, x <= most, detail) for check, (x, most) in measures.items()]
    return pd.DataFrame(rows, columns=[part.split()[0] for part in ORDER.split(", ")])


def _come_true(past: DataFrame, model: Propensity, of: tuple[str, DemandSettings]) -> DataFrame:
    """Compare earlier chances with what came: log-loss and calibration beside those at publication."""
    goal, settings = of
    before = dict(model.quality_)

    def measure(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        rows = pd.concat([pd.DataFrame({"chance": [], "label": []}), *batches])
        labels, chances = rows["label"].to_numpy(dtype=np.int64), rows["chance"].to_numpy(dtype=float)
        if len(rows) < FEWEST_ROWS or not 0 < labels.sum() < len(labels):
            return
        loss, error = binary.log_loss_of(labels, chances), binary.calibration_error(labels, chances)
        most_loss = before["log_loss_high"] * (1 + settings.most_quality_loss)
        most_error = before["calibration_error"] + settings.most_quality_loss
        detail = f"{len(rows)} users, {labels.mean():.3f} came, {chances.mean():.3f} said, PR-AUC {binary.pr_auc(labels, chances):.3f}"
        said = [("log_loss", loss, most_loss), ("calibration_error", error, most_error)]
        yield pd.DataFrame(
            [(goal, "quality", name, x, most, x <= most, detail) for name, x, most in said],
            columns=[part.split()[0] for part in ORDER.split(", ")],
        )

    kept = past.orderBy(F.xxhash64("user_id"), "user_id").limit(100_000).select("chance", "label")
    return kept.coalesce(1).mapInPandas(measure, ORDER)


def _retrain(checks: DataFrame) -> DataFrame:
    """Say of each goal whether to train anew before the next day of the grid: chances moved, or what came was worse than promised."""
    is_decisive = (F.col("goal_check") == "quality") | (F.col("goal_subject") == CHANCE)
    broken = F.count_if(~F.col("is_ok") & is_decisive)
    said = F.array_sort(
        F.collect_set(F.when(~F.col("is_ok") & is_decisive, F.concat_ws(" ", "goal_check", "goal_subject")))
    )
    return checks.groupBy("goal").agg(
        F.lit("retrain").alias("goal_check"),
        F.lit("rule").alias("goal_subject"),
        broken.cast("double").alias("found"),
        F.lit(0.0).alias("bound"),
        (broken == 0).alias("is_ok"),
        F.array_join(said, ", ").alias("detail"),
    )
