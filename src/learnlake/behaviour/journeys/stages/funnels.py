"""gold.funnels: how many users get how far on the ways that conf names."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.rules.walk import walked
from learnlake.behaviour.journeys.settings import Funnel, Funnels
from learnlake.lake.columns import EVERYBODY
from learnlake.lake.joins import by_segment
from learnlake.lake.rules import any_of
from learnlake.lake.stage import stage
from learnlake.lake.supply import files_of
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.journeys import FUNNELS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES
from learnlake.modelling.intervals import shares

A_DAY = 86_400_000_000.0


@stage(reads=(EVENTS, IDENTITIES, SEGMENT_MEMBERS), writes=FUNNELS, lacks=files_of(Funnels))
def funnels(
    events: DataFrame, identities: DataFrame, members: DataFrame, *, as_of: date, settings: Funnels
) -> DataFrame:
    """Count the users at each step of each funnel, of all and of the segments by which the funnel is broken down.

    A user counts once, from the first entry in the period on; see :mod:`learnlake.behaviour.journeys.rules.walk`.
    """
    files = settings.files
    if not files:
        return members.limit(0).select(
            *(F.lit(None).cast(column.dtype).alias(column.name) for column in FUNNELS.columns)
        )
    schemes = {scheme for funnel in files.values() for scheme in funnel.schemes}
    placed = by_segment(walked(events, identities, files, as_of), members, schemes)
    opened = placed.select("scheme", "segment_id", F.explode("walks").alias("_walk")).select(
        "scheme", "segment_id", "_walk.*"
    )
    meant = [
        (F.col("funnel") == name) & F.col("scheme").isin(EVERYBODY, *files[name].schemes) for name in sorted(files)
    ]
    counted = opened.where(any_of(meant)).groupBy("funnel", "scheme", "segment_id").agg(*_counts(files))
    return _told(counted, settings, as_of)


def _counts(files: dict[str, Funnel]) -> list[Column]:
    """Count for each step who took it, who may still take it, and how long it took."""
    longest = max(len(funnel.steps) for funnel in files.values())
    taken, out = F.size("times"), []
    for step in range(1, longest + 1):
        out += [
            F.count_if(taken >= step).alias(f"_users_{step}"),
            F.count_if((taken < step) & F.col("is_open")).alias(f"_open_{step}"),
        ]
        if step > 1:
            micros = [F.unix_micros(F.get("times", F.lit(place))) for place in (step - 1, step - 2)]
            out.append(F.percentile((micros[0] - micros[1]) / A_DAY, 0.5).alias(f"_wait_{step}"))
    return out


def _told(counted: DataFrame, settings: Funnels, as_of: date) -> DataFrame:
    """Make a row of each step, with its names and shares."""
    steps = F.when(F.lit(False), F.array(*_steps(next(iter(settings.files.values())))))
    for name, funnel in sorted(settings.files.items()):
        steps = steps.when(F.col("funnel") == name, F.array(*_steps(funnel)))
    rows = counted.select("funnel", "scheme", "segment_id", F.explode(steps).alias("_step")).select(
        "funnel", "scheme", "segment_id", "_step.*"
    )
    is_later = F.col("funnel_step") > 1
    first = shares(F.col("user_count"), F.col("_entered"), "first")
    previous = shares(F.col("user_count"), F.col("_previous"), "previous")
    beside = {
        name: share if name == "first_share" else F.when(is_later, share) for name, share in (first | previous).items()
    }
    made = {"as_of_date": F.lit(as_of), **beside}
    return rows.select(*(made.get(column.name, F.col(column.name)).alias(column.name) for column in FUNNELS.columns))


def _steps(funnel: Funnel) -> list[Column]:
    return [
        F.struct(
            F.lit(place).alias("funnel_step"),
            F.lit(funnel.name.en).alias("funnel_name"),
            F.lit(funnel.name.zh).alias("funnel_name_zh"),
            F.lit(step.name.en).alias("step_name"),
            F.lit(step.name.zh).alias("step_name_zh"),
            F.col(f"_users_{place}").alias("user_count"),
            F.col(f"_open_{place}").alias("open_count"),
            (F.col(f"_wait_{place}") if place > 1 else F.lit(None).cast("double")).alias("median_wait"),
            F.col("_users_1").alias("_entered"),
            F.col(f"_users_{max(place - 1, 1)}").alias("_previous"),
        )
        for place, step in enumerate(funnel.steps, start=1)
    ]
