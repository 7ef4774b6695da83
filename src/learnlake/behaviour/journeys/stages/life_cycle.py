"""gold.life_cycle: how many users went from which state to which."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.settings import JourneySettings
from learnlake.lake.joins import by_segment
from learnlake.lake.stage import stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.journeys import LIFE_CYCLE, USER_STATES
from learnlake.modelling.intervals import shares


@stage(reads=(USER_STATES, SEGMENT_MEMBERS), writes=LIFE_CYCLE)
def life_cycle(states: DataFrame, members: DataFrame, *, as_of: date, settings: JourneySettings) -> DataFrame:
    """Count the users of each segment by their state 28 days before and now."""
    ways = F.col("former_life_state").alias("from_state"), F.col("life_state").alias("to_state")
    users = by_segment(states.select("user_id", *ways, "former_date"), members, settings.schemes)
    counted = users.groupBy("scheme", "segment_id", "from_state", "to_state", "former_date").agg(
        F.count(F.lit(1)).alias("user_count")
    )
    segment = Window.partitionBy("scheme", "segment_id")
    summed = counted.withColumns(
        {
            "from_count": F.sum("user_count").over(Window.partitionBy("scheme", "segment_id", "from_state")),
            "total_share": F.col("user_count") / F.sum("user_count").over(segment),
        }
    )
    made = {"as_of_date": F.lit(as_of), **shares(F.col("user_count"), F.col("from_count"), "flow")}
    return summed.select(
        *(made.get(column.name, F.col(column.name)).alias(column.name) for column in LIFE_CYCLE.columns)
    )
