"""gold.propensities: each user's chance of each goal, with decile, expected value and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import reduce

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from learnlake.demand.goals.rules.labelled import Log, at_risk
from learnlake.demand.goals.rules.meetings import met, new_items
from learnlake.demand.goals.rules.reasons import scored
from learnlake.demand.goals.settings import Goal, Goals
from learnlake.demand.goals.training import PROPENSITY
from learnlake.lake import columns as c
from learnlake.lake.stage import Published, stage
from learnlake.lake.supply import files_of
from learnlake.lake.tables.demand import DEMAND_FEATURES, PROPENSITIES
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS, USER_DAYS, USER_TAGS


@stage(
    reads=(USER_FEATURES, DEMAND_FEATURES, USER_DAYS, USER_TAGS, EVENTS, ITEMS, IDENTITIES),
    writes=PROPENSITIES,
    uses=(PROPENSITY,),
    lacks=files_of(Goals),
)
def propensities(
    features: DataFrame,
    demand: DataFrame,
    days: DataFrame,
    tags: DataFrame,
    events: DataFrame,
    items: DataFrame,
    identities: DataFrame,
    *,
    as_of: date,
    goals: Goals,
    models: Mapping[str, Published],
) -> DataFrame:
    """Score the population of each goal that has a published model; the others have no rows."""
    log = Log(days, events, identities, items)
    told = []
    for name, published in sorted(models.items()):
        goal = goals.files[name]
        people = at_risk(features, demand, goal).withColumn("item_ids", F.lit(None).cast("array<string>"))
        if goal.success.published_within_days:
            people = met(people.drop("item_ids"), new_items(items, goal, (as_of,)), tags, log, goal)
        chances = scored(people, published.model, goal.reasons, ("user_id", "item_ids"), name)
        told.append(_told(chances, goal, name, as_of).withColumn("model_version", F.lit(published.version)))
    columns = [column.name for column in PROPENSITIES.columns]
    if not told:
        return features.limit(0).select(
            *(F.lit(None).cast(column.dtype).alias(column.name) for column in PROPENSITIES.columns)
        )
    return reduce(DataFrame.unionByName, told).select(*columns)


def _told(chances: DataFrame, goal: Goal, name: str, as_of: date) -> DataFrame:
    """Add decile and expected value; of equal chances the user first by id stands higher."""
    place = F.ntile(10).over(Window.partitionBy("goal").orderBy(F.desc("chance"), "user_id"))
    amount = F.col("chance") * goal.value - F.lit(goal.cost)
    return chances.withColumn("goal", F.lit(name)).withColumns(
        {
            "as_of_date": F.lit(as_of),
            "chance_decile": place,
            "expected_amount": amount.cast(c.EXPECTED_AMOUNT.dtype),
            "chance_until_date": F.lit(as_of + timedelta(days=goal.gap_days + goal.window_days)),
            "chance_item_ids": F.col("item_ids"),
        }
    )
