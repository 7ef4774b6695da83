"""gold.item_sequences: in which order users first take things."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.rules.paths import of_table
from learnlake.behaviour.rules.settings import Baskets
from learnlake.behaviour.rules.taken import READS, Log, taken
from learnlake.lake.stage import stage
from learnlake.lake.supply import files_of
from learnlake.lake.tables.rules import ITEM_SEQUENCES
from learnlake.modelling.itemsets import Limits

FOUND = "scope string, sequence_items array<string>, user_count bigint, taker_count bigint, median_days_between double"


@stage(reads=READS, writes=ITEM_SEQUENCES, lacks=files_of(Baskets))
def item_sequences(
    events: DataFrame,
    identities: DataFrame,
    items: DataFrame,
    members: DataFrame,
    mentions: DataFrame,
    *,
    as_of: date,
    baskets: Baskets,
) -> DataFrame:
    """Find the frequent paths of every file whose baskets are users, each scope in one Arrow task.

    A task holds one row for each user and thing of its scope, some 100 bytes each; Arrow allows 2 GB of names.
    """
    ordered = ordered_only(baskets)
    limits = {file: Limits(b.max_paths, b.fewest_baskets, b.longest) for file, b in ordered.files.items()}
    took = taken(Log(events, identities, items, members, mentions), ordered)
    first = took.groupBy("file", "scope", "user_id", "thing").agg(F.min("occurred_at").alias("first_at"))

    def found(table: pa.Table) -> pa.Table:
        return _found(table, limits[table["file"][0].as_py()])

    made = first.groupBy("scope").applyInArrow(found, FOUND)
    told = made.withColumns(
        {
            "as_of_date": F.lit(as_of),
            "sequence": F.array_join("sequence_items", " > "),
            "sequence_length": F.size("sequence_items").cast("long"),
            "support": F.try_divide(F.col("user_count").cast("double"), F.col("taker_count")),
        }
    )
    return told.select(*(column.name for column in ITEM_SEQUENCES.columns))


def ordered_only(baskets: Baskets) -> Baskets:
    """Keep the files whose baskets are users: only there is an order of all that a user took."""
    return Baskets(files={file: basket for file, basket in baskets.files.items() if basket.unit == "user"})


def _found(table: pa.Table, limits: Limits) -> pa.Table:
    paths, counts, days = of_table(table, limits)
    takers = len(table["user_id"].unique())
    columns = {
        "scope": pa.array([table["scope"][0].as_py()] * len(paths), pa.string()),
        "sequence_items": pa.array(paths, pa.list_(pa.string())),
        "user_count": pa.array(counts, pa.int64()),
        "taker_count": pa.array([takers] * len(paths), pa.int64()),
        "median_days_between": pa.array(days, pa.float64()),
    }
    return pa.table(columns)
