"""gold.item_rules: what is taken together more than chance, and what follows what."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.rules.settings import Baskets
from learnlake.behaviour.rules.taken import READS, Log, taken
from learnlake.behaviour.rules.told import followed, told
from learnlake.lake.stage import stage
from learnlake.lake.supply import files_of
from learnlake.lake.tables.rules import ITEM_RULES
from learnlake.modelling.itemsets import frequent

KEY = ["scope", "antecedent", "consequent"]


@stage(
    reads=READS,
    writes=ITEM_RULES,
    eager="the size of a scope decides whether a native library or MLlib's FPGrowth mines it, and the latter counts as it fits",
    lacks=files_of(Baskets),
)
def item_rules(
    events: DataFrame,
    identities: DataFrame,
    items: DataFrame,
    members: DataFrame,
    mentions: DataFrame,
    *,
    as_of: date,
    baskets: Baskets,
) -> DataFrame:
    """Mine the baskets of every file of conf, of all users and of each segment."""
    took = taken(Log(events, identities, items, members, mentions), baskets)
    filled = took.groupBy("file", "scope", "basket").agg(F.collect_set("thing").alias("items")).localCheckpoint()
    limits = {file: basket.limits for file, basket in baskets.files.items()}
    found = told(frequent(filled, limits), filled, baskets.files).localCheckpoint()
    later = followed(found, took, baskets.files)
    whole = found.join(later, on=KEY, how="left")
    return whole.select(F.lit(as_of).alias("as_of_date"), *(column.name for column in ITEM_RULES.columns[1:]))
