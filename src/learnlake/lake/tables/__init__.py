"""The fixed tables of the catalogue, by layer; what conf adds to them is in ``lake/catalogue.py``."""

from learnlake.lake.table import Table
from learnlake.lake.tables import gold, journeys, ops, rules, series, silver

FIXED: tuple[Table, ...] = silver.TABLES + gold.TABLES + journeys.TABLES + rules.TABLES + series.TABLES + ops.TABLES
