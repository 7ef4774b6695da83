"""gold.purchase_sequels: what buyers take up after a purchase, beside those who did not buy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, StructField, StructType
from scipy.stats import binom

from learnlake.behaviour.moments.rules.anchored import MOMENT, after_purchases, anchors, bought, deeds, taken_up
from learnlake.behaviour.moments.settings import MomentSettings, no_sequels
from learnlake.lake.stage import stage
from learnlake.lake.tables.moments import PURCHASE_SEQUELS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from learnlake.modelling.association import adjusted
from learnlake.modelling.contrasts import contrasted

ITEM = ("platform", "bought_item")
PAIR = (*ITEM, "next_item")


@stage(
    reads=(EVENTS, IDENTITIES, ITEMS),
    writes=PURCHASE_SEQUELS,
    eager="purchases and what was taken up around them are counted in several ways, and cost more than all of them",
    lacks=no_sequels,
)
def purchase_sequels(
    events: DataFrame, identities: DataFrame, items: DataFrame, *, as_of: date, settings: MomentSettings
) -> DataFrame:
    """Tell the items that more buyers than others take up afterwards, and that come after the purchase rather than before it."""
    conf = settings.after_purchase
    done = deeds(events, identities, conf)
    purchases = bought(done, items, conf).localCheckpoint()
    anchored = anchors(done, purchases, conf, as_of, settings.seed).localCheckpoint()
    around = taken_up(done, anchored, conf, as_of).localCheckpoint()
    often = _often_bought(anchored, conf.fewest_users)
    counted = _counted(around, Bought(anchored, purchases, often))
    compared = contrasted(_with_tests(counted, around, conf.fewest_users), ["platform"], "_tests")
    is_more = (F.col("difference") > 0) & (F.col("contrast_q") <= conf.most_q)
    judged = _ordered(compared.where(is_more & (F.col("case_hit_count") >= conf.fewest_users)))
    largest = Window.partitionBy("platform").orderBy(F.desc("difference"), "bought_item", "next_item")
    placed = (
        judged.where(F.col("order_q") <= conf.most_q)
        .withColumn("_place", F.row_number().over(largest))
        .where(F.col("_place") <= conf.max_pairs)
    )
    return placed.withColumn("as_of_date", F.lit(as_of)).select(*(k.name for k in PURCHASE_SEQUELS.columns))


@dataclass(frozen=True)
class Bought:
    """What was bought, as frames.

    Attributes:
        anchored: the moments that are looked at, with a null item where they are drawn.
        purchases: the first purchase of each user and item, whenever it was.
        often: platform, bought_item and case_count of the items with enough buyers among the anchors.
    """

    anchored: DataFrame
    purchases: DataFrame
    often: DataFrame


def _often_bought(anchored: DataFrame, least: int) -> DataFrame:
    counted = anchored.where(F.col("bought_item").isNotNull()).groupBy(*ITEM).agg(F.count(F.lit(1)).alias("case_count"))
    return counted.where(F.col("case_count") >= least)


def _counted(around: DataFrame, deals: Bought) -> DataFrame:
    """Count the buyers and the others of each pair, and those of them who took the item up in time.

    Whoever ever bought the item is none of the others: they are all who were drawn, less its buyers among them.
    """
    often = F.broadcast(deals.often.select(*ITEM))
    after = after_purchases(around, deals.anchored.join(often, on=[*ITEM]))
    cases = after.groupBy(*PAIR).agg(
        F.count("days_after").alias("case_hit_count"),
        F.median("days_after").alias("median_lag"),
        F.count_if(F.col("is_after") & ~F.col("is_before")).alias("after_count"),
        F.count_if(F.col("is_before") & ~F.col("is_after")).alias("before_count"),
    )
    own = deals.purchases.join(often, on=[*ITEM]).select("user_id", *ITEM)
    drawn = deals.anchored.where(F.col("bought_item").isNull()).select(*MOMENT)
    drawn_hits = around.where(F.col("days_after").isNotNull()).join(drawn, on=[*MOMENT], how="left_semi")
    here = ["user_id", "platform"]
    counts = {
        "_drawn": drawn.groupBy("platform"),
        "_buyers": drawn.join(own, on=here).groupBy(*ITEM),
        "_hits": drawn_hits.groupBy("platform", "next_item"),
        "_buyer_hits": drawn_hits.join(own, on=here).groupBy(*PAIR),
    }
    cases = cases.join(F.broadcast(deals.often), on=[*ITEM])
    for name, grouped in counts.items():
        counted = grouped.agg(F.count(F.lit(1)).alias(name))
        keys = [key for key in PAIR if key in counted.columns]
        cases = cases.join(counted, on=keys, how="left").withColumn(name, F.coalesce(name, F.lit(0)))
    return cases.withColumns(
        {
            "control_count": F.col("_drawn") - F.col("_buyers"),
            "control_hit_count": F.col("_hits") - F.col("_buyer_hits"),
        }
    )


def _with_tests(counted: DataFrame, around: DataFrame, least: int) -> DataFrame:
    """Add ``_tests``: bought items times items that enough users took up around any anchor, all of them on the platform."""
    takers = (
        around.where("has_other").groupBy("platform", "next_item").agg(F.count_distinct("user_id").alias("_takers"))
    )
    frequent = takers.where(F.col("_takers") >= least).groupBy("platform").agg(F.count(F.lit(1)).alias("_frequent"))
    of_platform = counted.groupBy("platform").agg(F.count_distinct("bought_item").alias("_bought"))
    tests = of_platform.join(frequent, on="platform").select(
        "platform", (F.col("_bought") * F.col("_frequent")).alias("_tests")
    )
    return counted.join(F.broadcast(tests), on="platform")


def _ordered(rows: DataFrame) -> DataFrame:
    """Add order_p and order_q, of the pairs that were found to belong together: does the item come after the purchase?"""
    fields = [*rows.schema.fields, *(StructField(name, DoubleType()) for name in ("order_p", "order_q"))]
    return rows.groupBy("platform").applyInArrow(_tested, StructType(fields))


def _tested(table: pa.Table) -> pa.Table:
    after, before = (table[name].to_numpy() for name in ("after_count", "before_count"))
    p = binom.sf(after - 1, after + before, 0.5)
    return table.append_column("order_p", pa.array(p)).append_column("order_q", pa.array(adjusted(p, len(p))))
