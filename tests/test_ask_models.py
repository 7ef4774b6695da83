from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from learnlake.ask_models import named, nodes_of, tracking_of
from learnlake.errors import ConfError
from learnlake.lake.catalogue import LakeSettings
from learnlake.lake.stage import ModelNode
from learnlake.lake.tables.ops import MODELS, RUNS
from learnlake.modelling.gate import Bar, Candidate, judge
from learnlake.runner.run import Runner
from learnlake.segments.models.cut import Cut
from tests.tiny import DAY, runner

EARLIER = DAY - timedelta(days=60)
NODES = (
    ModelNode("propensity_renewal", Cut, file="renewal"),
    ModelNode("propensity_second", Cut, file="second"),
    ModelNode("portrait_second", Cut, file="second"),
    ModelNode("lifetime_value", Cut),
)


def rows_of(found) -> list[dict[str, str]]:
    assert found.exit_code == 0, found.stderr
    return list(csv.DictReader(io.StringIO(found.stdout)))


@pytest.fixture(scope="module")
def rolled(home: Path, done: Runner) -> Path:
    """A copy of the finished lake whose registry holds an earlier version of the segments, too."""
    lake = home / "rolled"
    shutil.copytree(home / "lake", lake)
    conf = done.inputs.conf.replace(LakeSettings(root=str(lake)))
    tracking, node = tracking_of(conf), named("behaviour", nodes_of(conf))
    model = tracking.load(node, tracking.champion(node))
    earlier = Candidate(model, (Bar("silhouette", 0.5, 0.4, "of quantiles"),), cost={"rows": 12})
    tracking.log(node, EARLIER, earlier, judge(earlier), {"gold.user_features": 1})
    return lake


def test_models_are_listed_with_the_reason_of_each_decision(say) -> None:
    rows = {row["model"]: row for row in rows_of(say("models", "--format", "csv"))}
    assert rows["segments_behaviour"]["status"] == "champion"
    assert rows["segments_behaviour"]["measured"].startswith("silhouette ")
    assert rows["segments_behaviour"]["reason"].startswith("published: silhouette ")


def test_all_about_one_model_is_shown(say) -> None:
    found = say("models", "show", "behaviour", "--format", "json")
    assert found.exit_code == 0, found.stderr
    said = {(row["what"], row["name"]): row["value"] for row in map(json.loads, found.stdout.splitlines())}
    assert said["version", "status"] == "champion"
    assert said["cost", "seconds"] > 0
    assert said["cost", "peak_memory_mb"] > 20
    assert ("metric", "silhouette") in said
    assert [name for what, name in said if what == "Delta version of" and name.startswith("gold.user_features ")]


@pytest.mark.full
def test_a_rollback_scores_the_day_anew_by_the_version_before_and_trains_nothing(
    say, spark: SparkSession, home: Path, rolled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = rows_of(say("models", "--format", "csv", lake=rolled))
    own = [row["status"] for row in listed if row["model"] == "segments_behaviour"]
    assert own == ["champion", "published"]
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    refused = say("models", "rollback", "behaviour", lake=rolled)
    assert "it would go back to version 2 of 2026-03-11 (silhouette 0.500)" in refused.stderr
    assert refused.stderr.endswith("Nothing was changed.\n")
    back = say("models", "rollback", "behaviour", "--yes", "--because", "odd names", lake=rolled)
    assert back.exit_code == 0, back.stderr
    listed = {row["version"]: row for row in rows_of(say("models", "--format", "csv", lake=rolled))}
    assert (listed["1"]["status"], listed["2"]["status"]) == ("withdrawn", "champion")
    assert listed["1"]["reason"] == "withdrawn: odd names; version 2 scores in its place"

    happened: list[tuple[str, str]] = []
    again = runner(spark, home, "rolled", lambda name, what, _: happened.append((name, what)))
    again.run((DAY,), frozenset({"gold.segment_members"}))
    did = {name for name, what in happened if what == "done"}
    assert any(name.startswith("gold.segment_members") for name in did)
    assert not any(name.startswith("model.") for name in did)
    store = again.inputs.store
    noted = store.read(MODELS).where("model = 'segments_behaviour' AND is_withdrawn").collect()
    assert [(row.model_version, row.is_published, row.reason) for row in noted] == [
        ("1", True, "withdrawn: odd names; version 2 scores in its place")
    ]
    assert store.read(RUNS).where("step = 'gold.segment_members' AND status = 'done'").count() == 2
    none = say("models", "rollback", "behaviour", "--yes", lake=rolled)
    assert none.exit_code == 1
    assert "no version in force before version 2" in " ".join(none.stderr.split())


@pytest.mark.parametrize(("word", "name"), [("renewal", "propensity_renewal"), ("lifetime_value", "lifetime_value")])
def test_a_model_is_named_in_full_or_by_its_file(word: str, name: str) -> None:
    assert named(word, NODES).name == name


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("second", "is several models: propensity_second, portrait_second; say which"),
        ("renewel", "did you mean `renewal`"),
        ("", "known: lifetime_value"),
    ],
)
def test_a_word_that_names_no_model_or_several_is_refused(word: str, said: str) -> None:
    with pytest.raises(ConfError, match=said):
        named(word, NODES)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("models", "show", "behavior"), "did you mean `behaviour`"),
        (("models", "--format", "csv", "show", "behaviour"), "options go behind the command"),
    ],
)
def test_wrong_use_is_one_sentence(say, words: tuple[str, ...], said: str) -> None:
    found = say(*words)
    assert found.exit_code == 2
    assert said in " ".join(found.stderr.split())


def test_a_lake_without_models_says_so(say, tmp_path: Path) -> None:
    found = say("models", lake=tmp_path / "none")
    assert found.exit_code == 1
    assert "no model has been trained yet" in found.stderr
