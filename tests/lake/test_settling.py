from __future__ import annotations

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.settling import FATE, counted, fated, identified
from learnlake.lake.tables.ops import REJECTS
from tests.drawing import draw


def test_each_row_is_sound_refused_or_set_aside(spark: SparkSession) -> None:
    rows = draw(
        [c.SOURCE, c.MAPPING, c.REASONS],
        """
        source | mapping | reasons
        s      | m       | []
        s      | m       | ['is_bad']
        s      | m       | ['not_applicable']
        s      | n       | []
    """,
    )
    assert counted(fated(rows), FATE) == {
        ("s", "m", "sound"): 1,
        ("s", "m", "refused"): 1,
        ("s", "m", "aside"): 1,
        ("s", "n", "sound"): 1,
    }


def test_equal_refused_rows_have_ids_of_their_own_and_always_the_same(spark: SparkSession) -> None:
    rows = draw(
        REJECTS,
        """
        source | mapping | source_file | source_position | reasons    | row
        s      | m       | a.csv       | p               | ['is_bad'] | {}
        s      | m       | a.csv       | p               | ['is_bad'] | {}
        s      | m       | b.csv       | p               | ['is_bad'] | {}
    """,
    ).drop("reject_id")
    ids = {row[0] for row in identified(rows).select("reject_id").collect()}
    assert len(ids) == 3
    assert {row[0] for row in identified(rows.orderBy(F.desc("source_file"))).select("reject_id").collect()} == ids
