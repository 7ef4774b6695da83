from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from learnlake.recommend.knowledge import STAGES, KnowledgeSettings
from tests.drawing import draw


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_stage_makes_the_columns_of_its_table_and_of_nothing_nothing(spark: SparkSession, stage) -> None:
    empty = [draw(table, table.columns[0].name) for table in stage.reads]
    made = stage(*empty, as_of=date(2026, 5, 31), settings=KnowledgeSettings())
    wanted = [(column.name, column.dtype.simpleString()) for column in stage.writes.columns]
    assert [(field.name, field.dataType.simpleString()) for field in made.schema] == wanted
    assert made.collect() == []
