from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from typer.testing import CliRunner

from learnlake import cli
from tests import tiny
from tests.conftest import ROOT
from tests.tiny import runner


@pytest.mark.full
def test_run_makes_a_table_and_what_it_needs(say, tmp_path: Path) -> None:
    found = say("run", "--only", "silver.accounts", lake=tmp_path / "lake")
    assert found.exit_code == 0, found.stderr
    assert "silver.accounts" in found.stderr
    assert found.stdout == ""
    listed = say("tables", "--format", "csv", lake=tmp_path / "lake")
    rows = {row[0]: row[2] for row in csv.reader(io.StringIO(listed.stdout))}
    assert (rows["silver.accounts"], rows["silver.events"]) == ("24", "")


def test_a_rerun_says_what_was_found_and_the_tables_can_be_looked_at(say) -> None:
    again = say("run")
    assert again.exit_code == 0, again.stderr
    assert "As of 2026-05-10" in again.stderr
    assert "24 users" in again.stderr
    assert again.stdout == ""
    shown = say("show", "user_features", "--where", "idle_days = 0", "--format", "json")
    assert all(json.loads(line)["idle_days"] == 0 for line in shown.stdout.splitlines())
    assert shown.stdout
    asked = say(
        "sql",
        "SELECT event_type, count(*) AS n FROM silver.events GROUP BY ALL ORDER BY n DESC LIMIT 1",
        "--format",
        "csv",
    )
    assert next(csv.reader(io.StringIO(asked.stdout))) == ["event_type", "n"]


def test_a_plan_says_what_would_run_and_why_and_runs_nothing(say) -> None:
    nothing = say("run", "--plan", "--format", "csv")
    assert nothing.stdout == "step,as of,why,seconds last time\n"
    assert "0 steps as of 2026-05-10" in nothing.stderr
    asked = say(
        "run", "--plan", "--retrain", "all", "--only", "silver.user_days", "--only", "gold.segments", "--format", "csv"
    )
    rows = list(csv.DictReader(io.StringIO(asked.stdout)))
    assert [(row["step"], row["as of"], row["why"]) for row in rows] == [
        ("model.segments_behaviour", "2026-05-07", "asked for"),
        ("gold.segment_members", "2026-05-10", "may follow model.segments_behaviour"),
        ("gold.segments", "2026-05-10", "may follow model.segments_behaviour"),
    ]
    assert all(float(row["seconds last time"]) > 0 for row in rows)
    assert "Stale: no day." in say("run", "--stale").stderr


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("show", "gold.user_feature"), 2, "did you mean `gold.user_features`"),
        (("show", "gold.user_features", "--where", "idle_day > 3"), 2, "did you mean `idle_days`"),
        (("sql", "DROP TABLE gold.user_features"), 2, "only one SELECT"),
        (("run", "--as-of", "2026-05-01", "--from", "2026-05-01"), 2, "give one or the other"),
        (("run", "--from", "2026-05-02", "--to", "2026-05-01"), 2, "swap them"),
        (("run", "--rebuild"), 2, "go together"),
        (("run", "--stale", "--as-of", "2026-05-01"), 2, "--stale finds its days itself"),
        (("run", "--retrain", "segments_behavior"), 2, "no such model; did you mean `segments_behaviour`?"),
        (("run", "--only", "gold.nothing"), 2, "unknown table"),
        (("run", "--only", "gold.learning_paths"), 2, "it is left out, for there is no enroll or study"),
        (("run", "--env", "moon"), 2, "no environment `moon`"),
    ],
)
def test_wrong_use_is_one_sentence_and_status_2(say, words: tuple[str, ...], status: int, sentence: str) -> None:
    found = say(*words)
    assert found.exit_code == status
    assert sentence in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    "query",
    [
        "SELECT reflect('java.lang.System', 'getenv', 'LEARNLAKE_KEY')",
        "SELECT '${env:LEARNLAKE_KEY}'",
        "SELECT TRANSFORM('a') USING 'printenv LEARNLAKE_KEY'",
        "SELECT * FROM text.`/proc/self/environ`",
    ],
)
def test_no_query_prints_the_key(say, query: str) -> None:
    found = say("sql", query)
    assert found.exit_code == 2, found.stderr
    assert found.stdout == ""
    assert tiny.KEY.decode() not in found.stderr


def test_a_condition_of_rows_calls_no_method_of_java(say) -> None:
    found = say("show", "gold.user_features", "--where", "reflect('java.lang.System', 'getenv', 'LEARNLAKE_KEY') > ''")
    assert (found.exit_code, found.stdout) == (2, "")
    assert "`reflect` is not allowed" in found.stderr


def test_what_is_left_out_is_said_in_one_line_before_any_work(say, tmp_path: Path) -> None:
    found = say("run", "--only", "silver.accounts", lake=tmp_path / "lake")
    first, *rest = [line for line in found.stderr.splitlines() if "✓" in line or "Left out" in line]
    assert (
        "Left out: no enroll or study or submit or attempt or complete of kind course: gold.item_prerequisites, "
        in first
    )
    assert rest
    assert not any("Left out" in line for line in rest)


def test_a_conf_without_a_platform_of_ones_own_says_what_to_add() -> None:
    found = CliRunner().invoke(cli.app, ["run", "--conf", str(ROOT / "conf")])
    assert found.exit_code == 2
    assert "no source of a live platform" in found.stderr
    assert "add conf/platforms/NAME.yml" in found.stderr


def test_failed_work_is_status_1(say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGS", "/nowhere")
    found = say("run", "--only", "silver.accounts", lake=tmp_path / "lake")
    assert found.exit_code == 1
    assert "there is no file at /nowhere/members" in found.stderr


def test_the_runner_of_the_command_line_is_the_one_of_the_tests(spark: SparkSession, home: Path) -> None:
    nodes = [node.name for node in runner(spark, home).graph.nodes]
    assert nodes.index("gold.audiences") > nodes.index("gold.user_profile")
