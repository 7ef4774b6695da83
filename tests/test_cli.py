from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from typer.testing import CliRunner

from learnlake import cli
from tests.tiny import runner, write_conf, write_logs


@pytest.fixture(scope="module")
def home(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    write_conf(folder)
    write_logs(folder, users=4)
    return folder


@pytest.fixture
def say(spark: SparkSession, home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cli, "start", lambda _: spark)
    monkeypatch.setenv("LEARNLAKE_KEY", "a key for tests, long enough")
    monkeypatch.setenv("LOGS", str(home / "logs"))

    def run(*words: str):
        return CliRunner().invoke(cli.app, [*words, "--conf", str(home / "conf"), "--lake", str(home / "lake")])

    return run


def test_run_then_look(say) -> None:
    first = say("run")
    assert first.exit_code == 0, first.stderr
    assert "As of 2026-05-10" in first.stderr
    assert "fewer than 10 users" in first.stderr, "four users are too few to look for segments"
    assert first.stdout == ""
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
    listed = say("tables", "--format", "csv")
    rows = {row[0]: row for row in csv.reader(io.StringIO(listed.stdout))}
    assert rows["silver.accounts"][2] == "4"


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("show", "gold.user_feature"), 2, "did you mean `gold.user_features`"),
        (("show", "gold.user_features", "--where", "idle_day > 3"), 2, "did you mean `idle_days`"),
        (("sql", "DROP TABLE gold.user_features"), 2, "only one SELECT"),
        (("run", "--as-of", "2026-05-01", "--from", "2026-05-01"), 2, "give one or the other"),
        (("run", "--from", "2026-05-02", "--to", "2026-05-01"), 2, "swap them"),
        (("run", "--rebuild"), 2, "go together"),
        (("run", "--only", "gold.nothing"), 2, "unknown table"),
        (("run", "--env", "moon"), 2, "no environment `moon`"),
    ],
)
def test_wrong_use_is_one_sentence_and_status_2(say, words: tuple[str, ...], status: int, sentence: str) -> None:
    found = say(*words)
    assert found.exit_code == status
    assert sentence in found.stderr
    assert "Traceback" not in found.stderr


def test_failed_work_is_status_1_and_the_rest_is_done(say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGS", "/nowhere")
    found = say("run", "--only", "silver.accounts")
    assert found.exit_code == 1
    assert "there is no file at /nowhere/members" in found.stderr


def test_the_runner_of_the_command_line_is_the_one_of_the_tests(spark: SparkSession, home: Path) -> None:
    assert [node.name for node in runner(spark, home).graph.nodes][-1] == "gold.audiences"
