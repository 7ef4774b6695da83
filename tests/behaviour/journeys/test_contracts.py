from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.journeys import SETTINGS, STAGES
from learnlake.behaviour.journeys.settings import Funnels, JourneySettings
from learnlake.lake.stage import sections_of
from tests.behaviour.journeys.stages.test_funnels import BUYS
from tests.drawing import draw

GIVEN = {Funnels: Funnels.model_validate({"files": {"buys": BUYS}}), JourneySettings: JourneySettings()}


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_stage_makes_the_columns_of_its_table_and_of_nothing_nothing(spark: SparkSession, stage) -> None:
    empty = [draw(table, table.columns[0].name) for table in stage.reads]
    sections = sections_of(stage.build)
    assert set(sections.values()) <= set(SETTINGS)
    made = stage(*empty, as_of=date(2026, 5, 31), **{name: GIVEN[kind] for name, kind in sections.items()})
    wanted = [(column.name, column.dtype.simpleString()) for column in stage.writes.columns]
    assert [(field.name, field.dataType.simpleString()) for field in made.schema] == wanted
    assert made.collect() == []
