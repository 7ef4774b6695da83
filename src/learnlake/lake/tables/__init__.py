"""The fixed tables of the catalogue, by layer; what conf adds to them is in ``lake/catalogue.py``."""

from learnlake.lake.table import Table
from learnlake.lake.tables import gold, habits, journeys, moments, ops, rules, series, silver, topics

FIXED: tuple[Table, ...] = (
    silver.TABLES
    + gold.TABLES
    + habits.TABLES
    + journeys.TABLES
    + moments.TABLES
    + rules.TABLES
    + series.TABLES
    + topics.TABLES
    + ops.TABLES
)
