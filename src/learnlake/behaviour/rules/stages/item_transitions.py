"""gold.item_transitions: what a user takes next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from learnlake.behaviour.rules.settings import Basket, Baskets
from learnlake.behaviour.rules.stages.item_sequences import ordered_only
from learnlake.behaviour.rules.taken import READS, Log, taken
from learnlake.lake.stage import stage
from learnlake.lake.supply import files_of
from learnlake.lake.tables.rules import ITEM_TRANSITIONS
from learnlake.modelling.association import adjusted, upper_tail

START, END = "start", "end"
SECONDS_OF_A_DAY = 86_400.0
COUNTED = (
    "file string, scope string, from_item string, to_item string, transition_count bigint, median_days_between double"
)
TESTED = (
    f"{COUNTED}, from_item_count bigint, transition_share double, expected_share double, lift double, p_value double, "
    "q_value double"
)


@stage(reads=READS, writes=ITEM_TRANSITIONS, lacks=files_of(Baskets))
def item_transitions(
    events: DataFrame,
    identities: DataFrame,
    items: DataFrame,
    members: DataFrame,
    mentions: DataFrame,
    *,
    as_of: date,
    baskets: Baskets,
) -> DataFrame:
    """Count the ways from each thing to the next different one, for every file whose baskets are users.

    Things taken at the same moment follow each other by name.
    """
    ordered = ordered_only(baskets)
    counted = _counted(taken(Log(events, identities, items, members, mentions), ordered))

    def tested(table: pa.Table) -> pa.Table:
        return _tested(table, ordered.files)

    found = counted.groupBy("scope").applyInArrow(tested, TESTED)
    return found.select(F.lit(as_of).alias("as_of_date"), *(column.name for column in ITEM_TRANSITIONS.columns[1:]))


def _counted(took: DataFrame) -> DataFrame:
    """Count every way that was gone, from ``start`` and to ``end`` included."""
    own = Window.partitionBy("file", "scope", "user_id").orderBy("occurred_at", "thing")
    before = took.withColumns({"_before": F.lag("thing").over(own)})
    changed = before.where(F.col("_before").isNull() | (F.col("_before") != F.col("thing")))
    next_ = changed.withColumns(
        {"from_at": F.lag("occurred_at").over(own), "_next": F.lead("thing").over(own), "to_item": F.col("thing")}
    )
    days = F.timestamp_diff("SECOND", "from_at", "occurred_at") / SECONDS_OF_A_DAY
    ways = next_.select(
        "file", "scope", F.coalesce("_before", F.lit(START)).alias("from_item"), "to_item", days.alias("days")
    )
    last = next_.where(F.col("_next").isNull()).select(
        *("file", "scope", F.col("thing").alias("from_item"), F.lit(END).alias("to_item")),
        F.lit(None).cast("double").alias("days"),
    )
    return (
        ways.unionByName(last)
        .groupBy("file", "scope", "from_item", "to_item")
        .agg(F.count(F.lit(1)).alias("transition_count"), F.median("days").alias("median_days_between"))
    )


def _tested(table: pa.Table, files: Mapping[str, Basket]) -> pa.Table:
    """Compare each way that was gone often enough with all that could have led there; every way between frequent ends is a test."""
    least = files[table["file"][0].as_py()].fewest_baskets
    count = table["transition_count"].to_numpy()
    start, end = (np.array(table[name].to_pylist(), object) for name in ("from_item", "to_item"))
    names, place = np.unique(np.concatenate((start, end)).astype(str), return_inverse=True)
    source, target = place[: len(start)], place[len(start) :]
    left, reached = (np.bincount(codes, count, len(names)).astype(np.int64) for codes in (source, target))
    begun = int(count[start == START].sum())
    could = (
        count.sum() - left[target] - np.where(end == END, begun, 0)
    )  # nothing leads to itself, nor from start to end
    p = upper_tail(count, could, reached[target], left[source])
    is_told = count >= least
    sources, targets = {*names[left >= least]}, {*names[reached >= least]}
    impossible = len(sources & targets) + (START in sources and END in targets)
    q = adjusted(p[is_told], len(sources) * len(targets) - impossible)
    share, expected = count / left[source], reached[target] / could
    made = {
        "from_item_count": left[source],
        "transition_share": share,
        "expected_share": expected,
        "lift": share / expected,
        "p_value": p,
    }
    for name, values in made.items():
        table = table.append_column(name, pa.array(values))
    return table.filter(pa.array(is_told)).append_column("q_value", pa.array(q))
