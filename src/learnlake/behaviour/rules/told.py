"""Rules of every scope as rows, and how many users took the consequent after the antecedent."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.rules.settings import Basket
from learnlake.lake.tables.rules import ITEM_RULES
from learnlake.modelling.association import rules, wilson

LATER = ("as_of_date", "followed_count", "followed_share")
COLUMNS = {column.name: column.dtype.simpleString() for column in ITEM_RULES.columns if column.name not in LATER}
TOLD = ", ".join(f"{name} {kind}" for name, kind in (("file", "string"), *COLUMNS.items()))

ARROW = {
    "string": pa.string(),
    "array<string>": pa.list_(pa.string()),
    "bigint": pa.int64(),
    "double": pa.float64(),
}


def told(itemsets: DataFrame, baskets: DataFrame, files: Mapping[str, Basket]) -> DataFrame:
    """Make the rules of every scope, each in one Arrow task, which holds at most the itemsets that conf allows.

    Args:
        itemsets: file, scope, items and together_count, as made by :func:`learnlake.modelling.itemsets.frequent`.
        baskets: the baskets they were found in: file, scope, items (none twice in a basket).
        files: what conf says, by file.

    Returns:
        One row per rule: file and the columns of gold.item_rules as far as they need no time.
    """
    sizes = baskets.groupBy("file", "scope", F.size("items").alias("size")).agg(F.count(F.lit(1)).alias("baskets"))
    both = itemsets.groupBy("file", "scope").cogroup(sizes.groupBy("file", "scope"))

    def made(sets: pa.Table, held: pa.Table) -> pa.Table:
        return _of_scope(sets, held, files)

    return both.applyInArrow(made, TOLD)


def _of_scope(sets: pa.Table, held: pa.Table, files: Mapping[str, Basket]) -> pa.Table:
    whole = sets if len(sets) else held
    file, scope = whole["file"][0].as_py(), whole["scope"][0].as_py()
    counted = dict(zip(map(tuple, sets["items"].to_pylist()), sets["together_count"].to_pylist(), strict=True))
    sizes = dict(zip(held["size"].to_pylist(), held["baskets"].to_pylist(), strict=True))
    found = rules(counted, sizes, files[file].bars)
    low, high = wilson(found.together_count, found.antecedent_count)
    n = len(found.consequent)
    columns = {
        "file": [file] * n,
        "scope": [scope] * n,
        "antecedent": [" + ".join(items) for items in found.antecedent],
        "consequent": found.consequent,
        "antecedent_items": [list(items) for items in found.antecedent],
        "basket_unit": [files[file].unit] * n,
        "basket_count": np.full(n, found.baskets, np.int64),
        "antecedent_count": found.antecedent_count,
        "consequent_count": found.consequent_count,
        "together_count": found.together_count,
        "confidence_low": low,
        "confidence_high": high,
        "p_value": found.p_value,
        "strict_p_value": found.strict_p_value,
        "q_value": found.q_value,
        **found.measures(),
    }
    schema = pa.schema([("file", pa.string()), *((name, ARROW[kind]) for name, kind in COLUMNS.items())])
    return pa.table(
        {name: pa.array(columns[name], schema.field(name).type, from_pandas=True) for name in schema.names},
        schema=schema,
    )


def followed(rules_: DataFrame, taken: DataFrame, files: Mapping[str, Basket]) -> DataFrame:
    """Count the users of each rule who took the consequent after they had all of the antecedent, within the file's window.

    Args:
        rules_: file, scope, antecedent, consequent and antecedent_items of each rule.
        taken: what was taken, as made by :func:`learnlake.behaviour.rules.taken.taken`.
        files: what conf says, by file.

    Returns:
        One row per rule of a file whose baskets are users or windows: scope, antecedent, consequent, followed_count and followed_share.
    """
    days = {file: basket.window_days for file, basket in files.items() if basket.unit in ("user", "window")}
    key = ["scope", "antecedent", "consequent"]
    moments = taken.groupBy("scope", "user_id", "thing").agg(F.collect_set("occurred_at").alias("moments"))
    window = F.create_map(*(F.lit(part) for pair in (days or {"": 1}).items() for part in pair))
    asked = rules_.select("file", *key, "antecedent_items").where(F.col("file").isin(list(days)))
    opened = asked.select(
        "file", *key, F.size("antecedent_items").alias("needed"), F.explode("antecedent_items").alias("thing")
    )
    had = opened.join(moments, on=["scope", "thing"], how="inner")
    ready = had.groupBy("file", *key, "user_id", "needed").agg(
        F.count(F.lit(1)).alias("held"), F.max(F.array_min("moments")).alias("ready_at")
    )
    after = moments.select("scope", "user_id", F.col("thing").alias("consequent"), F.col("moments").alias("then"))
    met = ready.where(F.col("held") == F.col("needed")).join(after, on=["scope", "user_id", "consequent"], how="left")
    ends = F.col("ready_at") + F.make_dt_interval(F.element_at(window, F.col("file")))
    follows = F.exists("then", lambda moment: (moment > F.col("ready_at")) & (moment <= ends))
    count = F.count_if(F.coalesce(follows, F.lit(False)))
    return met.groupBy(*key).agg(
        count.alias("followed_count"), F.try_divide(count.cast("double"), F.count(F.lit(1))).alias("followed_share")
    )
