"""gold.user_states: where in the life cycle a user is."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.rules.states import states
from learnlake.behaviour.journeys.settings import JourneySettings
from learnlake.lake.stage import stage
from learnlake.lake.tables.journeys import USER_STATES
from learnlake.lake.tables.silver import USER_DAYS

MONTH = timedelta(days=28)


@stage(reads=(USER_DAYS,), writes=USER_STATES)
def user_states(days: DataFrame, *, as_of: date, settings: JourneySettings) -> DataFrame:
    """Say the state of each user on ``as_of`` and 28 days before, by the rules of conf."""
    known = days.where(F.col("event_date") <= F.lit(as_of))
    found = states(known, settings.life_cycle, {"life_state": as_of, "former_life_state": as_of - MONTH})
    made = {"as_of_date": F.lit(as_of), "former_date": F.lit(as_of - MONTH)}
    return found.select(
        *(made.get(column.name, F.col(column.name)).alias(column.name) for column in USER_STATES.columns)
    )
