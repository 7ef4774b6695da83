"""The fixed tables of the catalogue, by layer; what conf adds to them is in ``lake/catalogue.py``."""

from learnlake.lake.table import Table
from learnlake.lake.tables import (
    demand,
    gold,
    habits,
    journeys,
    knowledge,
    moments,
    ops,
    recommend,
    rules,
    series,
    silver,
    topics,
    values,
)

FIXED: tuple[Table, ...] = (
    silver.TABLES
    + gold.TABLES
    + demand.TABLES
    + habits.TABLES
    + journeys.TABLES
    + knowledge.TABLES
    + moments.TABLES
    + recommend.TABLES
    + rules.TABLES
    + series.TABLES
    + topics.TABLES
    + values.TABLES
    + ops.TABLES
)
