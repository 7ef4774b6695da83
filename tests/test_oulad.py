"""The real logs of a distance university, from files to a campaign list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from bench.at_risk import enrolments, learned
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.cli import runner_of
from learnlake.demand.goals import Goals
from learnlake.lake.store import Store
from learnlake.lake.tables.gold import AUDIENCES, SEGMENT_OUTCOMES, SEGMENTS, USER_FEATURES
from learnlake.lake.tables.journeys import FUNNELS
from learnlake.lake.tables.ops import QUALITY
from learnlake.lake.tables.silver import ACCOUNTS, EVENTS, ITEMS, USER_DAYS
from learnlake.pipeline import STEPS, load_conf
from learnlake.portraits.settings import Scores
from learnlake.runner.run import Runner
from learnlake.segments.settings import Schemes
from tests.codegen import compiling
from tests.conftest import ROOT
from tests.tiny import KEY

pytestmark = pytest.mark.full

DAY = date(2015, 9, 15)
MADE = frozenset({"gold.audiences", "gold.segments", "gold.segment_outcomes", "gold.funnels"})


@pytest.fixture(scope="module")
def run(spark: SparkSession, oulad: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    lake = str(tmp_path_factory.mktemp("oulad") / "lake")
    conf = load_conf(ROOT / "conf", "oulad", given={"DATA": str(oulad.parent)}, lake=lake)
    students = Schemes(files={"students": conf.of(Schemes).files["students"]})
    # one clustering of a million clicks is judged here; more of the same, and past days for goals, would take twice as long
    few = {Schemes: students, Scores: Scores(files={}), Goals: Goals(files={})}
    conf = replace(conf, sections={**conf.sections, **few})
    made = runner_of(conf, Store(spark, lake), STEPS, lambda *_: None)
    made.key = lambda: KEY
    with compiling(spark):
        assert made.run(None, MADE) == (DAY,), "the last day with an event"
        assert not made.failed
        yield made


def test_all_clicks_arrive_and_equal_rows_are_real_repeats(run: Runner) -> None:
    clicks = run.inputs.store.read(EVENTS).where("source = 'clicks'").agg(F.count(F.lit(1)), F.sum("quantity")).first()
    assert tuple(clicks) == (1_048_575, 3_516_339)
    assert run.inputs.store.read(USER_DAYS).agg(F.sum("view_quantity")).first()[0] == 3_516_339


def test_the_funnel_of_a_presentation_narrows_from_enrolling_to_passing(run: Runner) -> None:
    steps = (
        run.inputs.store.read(FUNNELS)
        .where("funnel = 'presentation' AND scheme = 'all'")
        .orderBy("funnel_step")
        .collect()
    )
    counts = [row.user_count for row in steps]
    assert len(counts) == 4
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 1_000
    assert counts[3] > 0.2 * counts[0]


def test_every_source_and_mapping_adds_up_to_the_counted_rows(run: Runner) -> None:
    found = {
        (row.source, row.mapping): row.detail
        for row in run.inputs.store.read(QUALITY).where("source != 'gold.user_profile'").collect()
    }
    assert all(row.is_ok for row in run.inputs.store.read(QUALITY).collect())
    assert found["clicks", "events"] == "1048575 = 1048575 + 0 + 0 + 0"
    assert found["registrations", "events-1"] == "32593 = 32548 + 0 + 0 + 45"
    assert found["registrations", "events-2"] == "32593 = 10072 + 0 + 0 + 22521"
    assert found["students", "events"] == "32593 = 15385 + 0 + 0 + 17208"
    assert found["submissions", "events"] == "173912 = 172003 + 0 + 0 + 1909"
    assert found["sites", "items"] == "6364 = 6364 + 0 + 0 + 0"
    assert found["students", "accounts"] == "32593 = 31512 + 0 + 1081 + 0"
    assert len(found) == 17


def test_how_a_course_ended_is_known_at_its_end_and_not_before(run: Runner) -> None:
    ends = (
        run.inputs.store.read(EVENTS)
        .where("event_type = 'complete'")
        .selectExpr("min(event_date)", "max(event_date)")
        .first()
    )
    assert ends[0] >= date(2013, 9, 1)
    assert "final_result" not in str(run.inputs.store.read(ACCOUNTS).select("attributes").limit(50).collect())
    assert run.inputs.store.read(EVENTS, date(2013, 6, 1)).where("event_type = 'complete'").count() == 0


def test_a_campaign_list_with_arms_and_consent_comes_out(run: Runner) -> None:
    audience = run.inputs.store.read(AUDIENCES).groupBy("campaign_id", "arm").count().collect()
    counts = {row.arm: row["count"] for row in audience}
    assert {row.campaign_id for row in audience} == {"next_course"}
    assert counts["holdout"] / sum(counts.values()) == pytest.approx(0.10, abs=0.04)
    chosen = (
        run.inputs.store.read(AUDIENCES)
        .select("user_id")
        .join(run.inputs.store.day(run.tables["gold.user_profile"], DAY), on="user_id")
    )
    assert (
        chosen.where(
            "NOT (ever_active_days >= 20 AND idle_days BETWEEN 30 AND 150 AND longest_streak_days >= 3)"
        ).count()
        == 0
    )
    assert chosen.count() == sum(counts.values()) > 0


def test_segments_of_the_students_withdraw_at_rates_whose_intervals_lie_apart(run: Runner) -> None:
    rows = run.inputs.store.day(SEGMENT_OUTCOMES, DAY).where("outcome = 'withdrew'").collect()
    assert sum(row.member_count for row in rows) == 28_781
    lowest, highest = min(rows, key=lambda row: row.outcome_share), max(rows, key=lambda row: row.outcome_share)
    assert lowest.outcome_high_share < 0.2 < 0.5 < highest.outcome_low_share
    assert highest.rest_difference_low > 0.3
    described = {
        row.segment_id: row for row in run.inputs.store.day(SEGMENTS, DAY).where("scheme = 'students'").collect()
    }
    assert set(described) == {row.segment_id for row in rows}
    assert all("cancel" not in (row.definition or "") for row in described.values())
    assert described[highest.segment_id].definition_precision > 0.8


def test_no_student_number_is_in_the_lake(run: Runner, oulad: Path) -> None:
    students = (
        run.inputs.store.spark.read.option("header", value=True)
        .csv((oulad / "studentInfo.csv.gz").as_posix())
        .select("id_student")
        .distinct()
    )
    for name, table in run.tables.items():
        strings = [k.name for k in table.columns if k.dtype.simpleString() == "string"]
        frame = run.inputs.store.read(table)
        values = frame.select(F.explode(F.array(*strings)).alias("value")).distinct()
        assert values.join(students, F.col("value") == F.col("id_student"), how="left_semi").count() == 0, name
    assert students.count() == 28_785
    assert run.inputs.store.day(USER_FEATURES, DAY).count() == 28_781, "four registered on no known day and did nothing"


def test_who_will_withdraw_shows_in_the_first_eight_weeks_and_the_chances_hold(run: Runner) -> None:
    """Earlier presentations teach; nine thousand enrolments of the last one judge, of which none had withdrawn yet."""
    events, items, accounts = (run.inputs.store.read(table) for table in (EVENTS, ITEMS, ACCOUNTS))
    found = learned(enrolments(events, items, accounts, 8), "is_withdrawing")
    measured = found.metrics
    assert measured["rows"] == 8_876
    assert measured["pr_auc_low"] > measured["simple_pr_auc"] > measured["base_rate"]
    gained = next(bar for bar in found.bars if "three features" in bar.of)
    assert gained.is_cleared
    assert measured["calibration_error"] <= 0.03
    assert measured["calibration_error"] > measured["perfect_calibration_error"], (
        "what a perfect model shows is told beside"
    )
    missed = [bar.of for bar in found.bars if not bar.is_cleared]
    assert missed == ["module BBB"], (
        "whose log-loss is above that of the base rate: the gate does not publish over its head"
    )
