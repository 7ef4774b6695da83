"""gold.item_prerequisites: what to know before what, as platforms state it and as the order in which users go shows it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import latest
from learnlake.lake.stage import stage
from learnlake.lake.tables.knowledge import ITEM_PREREQUISITES, ITEM_PROGRESS
from learnlake.lake.tables.silver import ITEMS
from learnlake.modelling.intervals import difference, shares, wilson
from learnlake.recommend.knowledge.rules.graph import Flags, shaped
from learnlake.recommend.knowledge.rules.order import Pairs, chances, numbered, ordered, usual
from learnlake.recommend.knowledge.settings import KnowledgeSettings, no_lessons

COUNTS = ("both_count", "prior_count", "sooner_count", "prior_done", "begun", "done")
TOLD = (
    "item_id string, prerequisite_id string, is_stated boolean, is_mined boolean, is_transitive boolean, is_circular boolean, "
    "both_count bigint, prior_count bigint, sooner_count bigint, prior_done bigint, begun bigint, done bigint, usual_prior_share double, "
    "prior_p double, prior_q double"
)


@stage(reads=(ITEM_PROGRESS, ITEMS), writes=ITEM_PREREQUISITES, lacks=no_lessons)
def item_prerequisites(progress: DataFrame, items: DataFrame, *, as_of: date, settings: KnowledgeSettings) -> DataFrame:
    """Put stated prerequisites beside the order in which users go; all pairs that users met go through one Arrow batch."""
    pairs = _with_totals(ordered(progress, settings.most_items), _stated(items, settings), progress)
    asked = pairs.select(
        *("item_id", "prerequisite_id", "is_stated", *COUNTS),
        _fails(settings.fewest_takers).alias("fails"),
        F.lit(1).alias("_all"),
    )

    def judged(table: pa.Table) -> pa.Table:
        return _judged(table, settings)

    return _told(asked.groupBy("_all").applyInArrow(judged, TOLD), as_of, settings.fewest_takers)


def _stated(items: DataFrame, settings: KnowledgeSettings) -> DataFrame:
    """List what platforms state: item_id, prerequisite_id and is_stated, each pair once, nothing before itself."""
    known = latest(items.select("item_id", "known_from", "item_kind", "prerequisites"), ITEMS)
    learned = known.where(F.col("item_kind").isin(*settings.item_kinds))
    told = learned.select("item_id", F.explode(F.array_distinct("prerequisites")).alias("prerequisite_id"))
    is_sound = (F.col("prerequisite_id") != "") & (F.col("prerequisite_id") != F.col("item_id"))
    return told.where(is_sound).withColumn("is_stated", F.lit(True))


def _with_totals(pairs: DataFrame, stated: DataFrame, progress: DataFrame) -> DataFrame:
    """Add to pairs what is stated, and how many took up and completed the item at all."""
    counts = F.count(F.lit(1)).alias("begun"), F.count("done_at").alias("done")
    totals = progress.groupBy("item_id").agg(*counts)
    both = pairs.join(stated, on=["item_id", "prerequisite_id"], how="full")
    joined = both.join(F.broadcast(totals), on="item_id", how="left")
    return joined.fillna(0, list(COUNTS)).fillna(value=False, subset=["is_stated"])


def _fails(fewest: int) -> Column:
    """Say whether those who knew the prerequisite do worse with the item than those who did not, beyond chance."""
    prior, other = _success()
    is_known = (F.col("prior_count") >= fewest) & (F.col("begun") - F.col("prior_count") >= fewest)
    worse = difference(wilson(*prior), wilson(*other)).high < 0
    return F.coalesce(is_known & worse, F.lit(False))


def _success() -> tuple[tuple[Column, Column], tuple[Column, Column]]:
    """Return who completed the item, and of how many: of those who knew the prerequisite, and of all others."""
    prior = F.col("prior_done"), F.col("prior_count")
    return prior, (F.col("done") - F.col("prior_done"), F.col("begun") - F.col("prior_count"))


def _judged(table: pa.Table, settings: KnowledgeSettings) -> pa.Table:
    """Test every pair of enough users, keep what is stated or mined, and shape the graph of it."""
    first, then = numbered(*(np.array(table[name].to_pylist(), object) for name in ("prerequisite_id", "item_id")))
    both, prior, sooner = (
        table[name].to_numpy().astype(np.int64) for name in ("both_count", "prior_count", "sooner_count")
    )
    stated, fails = (table[name].to_numpy(zero_copy_only=False) for name in ("is_stated", "fails"))
    expected, p, q = (np.full(len(table), np.nan) for _ in range(3))
    is_met = both > 0
    expected[is_met] = usual(Pairs(first[is_met], then[is_met], both[is_met], prior[is_met]))
    is_test = both >= settings.fewest_takers
    p[is_test], q[is_test] = chances(prior[is_test], both[is_test], expected[is_test])
    is_ordered = (prior >= settings.least_prior_share * both) & (sooner >= settings.least_sooner_share * both)
    mined = is_test & is_ordered & (np.nan_to_num(q, nan=1.0) <= settings.most_q) & ~fails
    made = {
        "is_mined": mined,
        "usual_prior_share": expected,
        "prior_p": p,
        "prior_q": q,
        "_share": prior / np.maximum(both, 1),
    }
    for name, values in made.items():
        table = table.append_column(name, pa.array(values, from_pandas=True))
    return _shaped(table.filter(pa.array(stated | mined)))


def _shaped(table: pa.Table) -> pa.Table:
    """Add is_circular and is_transitive; a link is the stronger if it is stated, then by q, by share, and at last by name."""
    by = ("is_stated", "descending"), ("prior_q", "ascending"), ("_share", "descending"), ("item_id", "ascending")
    table = table.sort_by([*by, ("prerequisite_id", "ascending")])
    first, then = numbered(*(np.array(table[name].to_pylist(), object) for name in ("prerequisite_id", "item_id")))
    links = list(zip(first.tolist(), then.tolist(), strict=True))
    shape = shaped(links, range(len(links)))
    flags: dict[str, Flags] = {"is_circular": shape.is_circular, "is_transitive": shape.is_transitive}
    for name, values in flags.items():
        table = table.append_column(name, pa.array(values))
    return table.select([part.split()[0] for part in TOLD.split(", ")])


def _told(judged: DataFrame, as_of: date, fewest: int) -> DataFrame:
    prior, other = (wilson(*counts).value for counts in _success())
    is_known = (F.col("prior_count") >= fewest) & (F.col("begun") - F.col("prior_count") >= fewest)
    made = {
        "as_of_date": F.lit(as_of),
        **shares(F.col("prior_count"), F.col("both_count"), "prior"),
        "sooner_share": F.try_divide("sooner_count", "both_count"),
        "prior_success_share": prior,
        "other_success_share": other,
        "success_lift": F.when(is_known, F.try_divide(prior, other)),
    }
    return judged.select(
        *(made.get(column.name, F.col(column.name)).alias(column.name) for column in ITEM_PREREQUISITES.columns)
    )
