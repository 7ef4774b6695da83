"""gold.customer_values: what to expect of each customer and member."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.demand.values.models.lifetimes import TOLD
from learnlake.demand.values.rules.histories import bought_days, histories
from learnlake.demand.values.rules.memberships import grouped, memberships
from learnlake.demand.values.settings import ValueSettings, no_customers
from learnlake.demand.values.training import LIFETIMES
from learnlake.lake import columns as c
from learnlake.lake.stage import Published, stage
from learnlake.lake.tables.silver import USER_DAYS
from learnlake.lake.tables.values import CUSTOMER_VALUES
from learnlake.modelling.lasting import curve, remaining

MONTH = 30.0
REMAINING = "lasted int, remaining_months double, remaining_low_months double, remaining_high_months double"


@stage(reads=(USER_DAYS,), writes=CUSTOMER_VALUES, uses=(LIFETIMES,), lacks=no_customers)
def customer_values(
    days: DataFrame, *, as_of: date, settings: ValueSettings, models: Mapping[str, Published]
) -> DataFrame:
    """Say of each user who bought what to expect, and of each member how long the membership lasts on."""
    bought = bought_days(days, settings.purchase_types)
    known = histories(bought, as_of).join(_span(bought), on="user_id", how="inner")
    told = _worth(_scored(known, models.get(LIFETIMES.name)))
    spells = memberships(days, settings.member_start, settings.member_end, as_of)
    joined = told.join(_members(spells, settings), on="user_id", how="full")
    version = models[LIFETIMES.name].version if LIFETIMES.name in models else None
    made = joined.withColumns(
        {
            "as_of_date": F.lit(as_of),
            "model_version": F.when(F.col("bought_days").isNotNull(), F.lit(version).cast("string")),
        }
    )
    return made.select(*(F.col(k.name).cast(k.dtype).alias(k.name) for k in CUSTOMER_VALUES.columns))


def _span(bought: DataFrame) -> DataFrame:
    first, last = F.min("event_date").alias("first_bought_date"), F.max("event_date").alias("last_bought_date")
    return bought.groupBy("user_id").agg(F.count(F.lit(1)).alias("bought_days"), first, last)


def _scored(known: DataFrame, model: Published | None) -> DataFrame:
    """Add what the model tells of each user; nothing where there is no model."""
    if model is None:
        return known.withColumns({name: F.lit(None).cast("double") for name in TOLD})
    return known.join(model.model.score(known), on="user_id", how="left")


def _worth(scored: DataFrame) -> DataFrame:
    """Name what is expected as the table does, and place users in tenths."""
    value = F.col("value_365d")
    discount = F.try_divide(value, F.col("expected_365d") * F.col("mean_amount"))
    named: dict[str, Column] = {"alive_probability": F.col("alive"), "mean_purchase_amount": F.col("mean_amount")}
    for days in c.HORIZON_DAYS:
        named |= {
            f"expected_purchases_{days}d": F.col(f"expected_{days}d"),
            f"purchases_low_{days}d": F.col(f"low_{days}d"),
            f"purchases_high_{days}d": F.col(f"high_{days}d"),
            f"return_probability_{days}d": F.col(f"returns_{days}d"),
            f"value_amount_{days}d": F.col(f"value_{days}d"),
        }
    for end in ("low", "high"):
        named[f"value_{end}_amount_365d"] = F.col(f"{end}_365d") * F.col("mean_amount") * discount
    tenths = F.array(*(F.lit(n / 10) for n in range(1, 10)))
    cuts = scored.agg(F.percentile("value_365d", tenths).alias("_cuts"))
    above = F.size(F.filter("_cuts", lambda cut: cut < value))
    placed = scored.crossJoin(F.broadcast(cuts)).withColumn("value_decile", F.when(value.isNotNull(), above + 1))
    facts = ("user_id", "bought_days", "first_bought_date", "last_bought_date", "value_decile")
    return placed.select(*facts, *(column.alias(name) for name, column in named.items()))


def _members(spells: DataFrame, settings: ValueSettings) -> DataFrame:
    """Say of each member how long the membership is expected to last on, by how long all memberships lasted."""
    members = spells.where(~F.col("has_ended")).select("user_id", "member_since", "lasted")
    within, fewest = settings.member_days, settings.fewest_at_risk

    def told(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in batch.to_pylist():
                yield _ages(row["spells"], within, fewest)

    # one row for each age that there is; each member finds its own
    ages = grouped(spells).mapInArrow(told, REMAINING)
    return members.join(F.broadcast(ages), on="lasted", how="left").drop("lasted")


def _ages(spells: list[dict[str, int]] | None, within: int, fewest: int) -> pa.RecordBatch:
    """Return one row for each age of a membership that goes on."""
    frame = pa.Table.from_pylist(spells or [], pa.schema([(name, pa.int64()) for name in ("lasted", "ended", "count")]))
    lasted, ended, count = (frame[name].to_numpy().astype(float) for name in ("lasted", "ended", "count"))
    drawn = curve(lasted, ended, count, fewest)
    ages = sorted({int(age) for age in lasted[ended == 0]})
    found = [remaining(drawn, float(age), float(within)) for age in ages]
    numbers = [pa.array([one[place] / MONTH for one in found], pa.float64()) for place in range(3)]
    return pa.RecordBatch.from_arrays(
        [pa.array(ages, pa.int32()), *numbers],
        names=["lasted", "remaining_months", "remaining_low_months", "remaining_high_months"],
    )
