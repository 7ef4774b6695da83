"""Submissions of a real distance university beside an independent DuckDB query: the same last days, late work and failing shares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.habits import HabitSettings
from learnlake.behaviour.habits.stages.stuck_points import stuck_points
from learnlake.behaviour.habits.stages.study_habits import study_habits
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from tests.academy import shaped
from tests.codegen import compiling
from tests.drawing import draw

pytestmark = pytest.mark.full

AS_OF, DAYS = date(2014, 6, 30), 182
SETTINGS = HabitSettings(window_days=DAYS)
# Days count from the first of February or October of the year in the name of a presentation, everything happens at noon.
HANDED = """
    CREATE TABLE handed AS
    SELECT s.id_assessment, s.id_student, s.score, a.code_module || '/' || a.code_presentation AS course, a.date AS due,
      s.date_submitted AS day, make_date(left(a.code_presentation, 4)::INT, if(right(a.code_presentation, 1) = 'B', 2, 10), 1) AS start
    FROM '{folder}/student_assessment.parquet' s JOIN '{folder}/assessment.parquet' a USING (id_assessment)
    WHERE NOT coalesce(s.is_banked, false) AND start + day <= DATE '{day}'
"""


@pytest.fixture(scope="module")
def base(oulad: Path) -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute(HANDED.format(folder=oulad, day=AS_OF))
    return made


@pytest.fixture(scope="module")
def frames(spark: SparkSession, base, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DataFrame, ...]]:
    kept = tmp_path_factory.mktemp("oulad") / "handed.parquet"
    base.execute(f"COPY handed TO '{kept}'")
    rows = spark.read.parquet(str(kept))
    day = F.date_add("start", F.col("day"))
    events = shaped(
        rows,
        EVENTS,
        account_id=F.col("id_student"),
        item_id=F.col("id_assessment"),
        event_id=F.concat_ws("/", "id_assessment", "id_student"),
        event_type=F.lit("submit"),
        event_date=day,
        occurred_at=day.cast("timestamp") + F.expr("INTERVAL 12 HOURS"),
        local_hour=F.lit(12),
        score=F.col("score") / 100,
    )
    due = F.date_add("start", F.col("due")).cast("timestamp") + F.expr("INTERVAL 12 HOURS")
    items = shaped(
        rows.select("id_assessment", "course", "start", "due").distinct(),
        ITEMS,
        item_id=F.col("id_assessment"),
        platform=F.lit("open_university"),
        item_kind=F.lit("assessment"),
        part_of=F.col("course"),
        due_at=due,
    )
    with compiling(spark):
        yield events, draw(IDENTITIES, "account_id"), items


def test_the_last_day_and_late_work_of_each_student_are_those_of_duckdb(base, frames) -> None:
    found = study_habits(*frames, as_of=AS_OF, settings=SETTINGS).collect()
    ours = {
        row.user_id: (row.due_work_count, row.last_day_share, row.late_share, row.hours_before_due)
        for row in found
        if row.due_work_count
    }
    queried = base.execute(
        f"""
        SELECT id_student::VARCHAR, count(*), avg((due - day BETWEEN 0 AND 1)::INT), avg((day > due)::INT), median((due - day) * 24.0::DOUBLE)
        FROM handed WHERE due IS NOT NULL AND start + day > DATE '{AS_OF}' - {DAYS} GROUP BY 1
        """
    ).fetchall()
    theirs = {row[0]: tuple(row[1:]) for row in queried}
    work = sum(count for count, *_ in theirs.values())
    assert (len(theirs), work) == (11_185, 55_600)
    assert sum(count * last for count, last, *_ in theirs.values()) / work == pytest.approx(0.308, abs=0.0005)
    assert sum(count * late for count, _, late, _ in theirs.values()) / work == pytest.approx(0.309, abs=0.0005)
    assert ours.keys() == theirs.keys()
    assert all(ours[student] == pytest.approx(told, abs=1e-12) for student, told in theirs.items())


def test_a_source_without_hours_gives_nobody_a_part_of_the_day(frames) -> None:
    """Some cram all the same: they are told apart from the 31 % of all work that comes in on the last day."""
    found = study_habits(*frames, as_of=AS_OF, settings=SETTINGS)
    told = found.select(F.explode("study_habits").alias("habit")).distinct().collect()
    assert {row.habit for row in told} == {"crammer"}


def test_the_failing_share_of_each_assessment_is_that_of_duckdb(base, frames) -> None:
    found = stuck_points(*frames, as_of=AS_OF, settings=SETTINGS).collect()
    ours = {row.item_id: (row.fail_whole_count, row.fail_share) for row in found if row.fail_whole_count}
    queried = base.execute(
        f"""
        SELECT id_assessment::VARCHAR, count(score), avg((score < 40)::INT) FROM handed
        WHERE score IS NOT NULL AND start + day > DATE '{AS_OF}' - 365 GROUP BY 1
        """
    ).fetchall()
    theirs = {item: (count, share) for item, count, share in queried}
    worst = max((item for item in theirs if theirs[item][0] >= 50), key=lambda item: theirs[item][1])
    assert (worst, theirs[worst][0]) == ("25353", 838)
    assert theirs[worst][1] == pytest.approx(0.2124, abs=0.00005)
    assert [row.stuck_by for row in found if row.item_id == worst] == [["fails"]]
    assert ours.keys() == theirs.keys()
    assert all(ours[item] == pytest.approx(told, abs=1e-12) for item, told in theirs.items())
