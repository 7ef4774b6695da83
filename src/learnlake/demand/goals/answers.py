"""Answers about goals: what they came to on a day, and one user's chance with its reasons."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.demand.goals.rules.labelled import at_risk
from learnlake.demand.goals.settings import Goal
from learnlake.lake.stage import answer
from learnlake.lake.tables.demand import DEMAND_FEATURES, PROPENSITIES
from learnlake.lake.tables.gold import USER_FEATURES


@answer(reads=(PROPENSITIES,))
def goals(propensities: DataFrame, *, as_of: date) -> DataFrame:
    """Return one row per goal: how many users have a chance, the mean, that of the likeliest tenth, and what contacting pays."""
    own = propensities.where(F.col("as_of_date") == F.lit(as_of))
    first = F.col("chance_decile") == 1
    pays = F.col("expected_amount") > 0
    return (
        own.groupBy("goal")
        .agg(
            F.count(F.lit(1)).alias("user_count"),
            F.round(F.mean("chance"), 4).alias("mean_chance"),
            F.round(F.mean(F.when(first, F.col("chance"))), 4).alias("first_decile_chance"),
            F.count_if(pays).alias("worth_contacting_count"),
            F.coalesce(F.sum(F.when(pays, F.col("expected_amount"))), F.lit(0)).alias("expected_amount"),
            F.max("chance_until_date").alias("until_date"),
            F.max("model_version").alias("model_version"),
        )
        .orderBy("goal")
    )


@answer(reads=(PROPENSITIES,))
def chance(propensities: DataFrame, *, as_of: date, user: str, goal: str) -> DataFrame:
    """Return one row with a user's chance of a goal, its reasons in both languages, or none where the user is not at risk."""
    own = propensities.where(
        (F.col("as_of_date") == F.lit(as_of)) & (F.col("user_id") == user) & (F.col("goal") == goal)
    )

    def said(language: str) -> Column:
        told = F.transform(
            "chance_reasons",
            lambda x: F.concat(
                x[f"reason_{language}"],
                F.lit(" ("),
                F.when(x["log_odds"] > 0, "+").otherwise(""),
                F.round(x["log_odds"], 2),
                F.lit(")"),
            ),
        )
        return F.array_join(told, "; ")

    return own.select(
        "goal",
        F.round("chance", 4).alias("chance"),
        F.col("chance_decile").alias("decile, 1 = likeliest"),
        "expected_amount",
        F.col("chance_until_date").alias("until"),
        F.array_join("chance_item_ids", ", ").alias("new items"),
        said("en").alias("because (log-odds)"),
        said("zh").alias("原因（对数几率）"),
        "model_version",
    )


@answer(reads=(USER_FEATURES, DEMAND_FEATURES))
def people_at_risk(features: DataFrame, demand: DataFrame, *, as_of: date, goal: Goal, at_most: int) -> DataFrame:
    """Return the features of at most so many users of a goal's population, chosen by hash."""
    day = F.col("as_of_date") == F.lit(as_of)
    people = at_risk(features.where(day), demand.where(day), goal)
    return people.orderBy(F.xxhash64("user_id"), "user_id").limit(at_most)


@answer(reads=(USER_FEATURES, DEMAND_FEATURES))
def person_at_risk(features: DataFrame, demand: DataFrame, *, as_of: date, goal: Goal, user: str) -> DataFrame:
    """Return the features of one user, if in the goal's population."""
    own = (F.col("as_of_date") == F.lit(as_of)) & (F.col("user_id") == user)
    return at_risk(features.where(own), demand.where(own), goal)
