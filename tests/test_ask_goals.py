"""The commands about goals, on tables and a registry made here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from learnlake.ask_goals import _changed
from learnlake.ask_models import named, nodes_of, tracking_of
from learnlake.cli import app
from learnlake.demand.goals import Goals, propensities
from learnlake.demand.goals.rules.change import Change
from learnlake.lake.stage import Published
from learnlake.lake.store import Store
from learnlake.lake.tables.demand import DEMAND_FEATURES, PROPENSITIES
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import USER_TAGS
from learnlake.modelling.gate import Candidate, Decision
from learnlake.pipeline import load_conf
from tests.conftest import ROOT
from tests.demand.goals.drawn import DAY, goal, log
from tests.demand.goals.stages.test_propensities import model_of
from tests.drawing import draw


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    random = np.random.default_rng(1)
    visits = random.poisson(4, 3_000)
    target = (random.random(3_000) < 1 / (1 + np.exp(2.0 - 0.5 * visits))).astype(int)
    table = pd.DataFrame(
        {
            "visits": visits,
            "months": random.integers(0, 30, 3_000),
            "thanked": target * 2 + random.random(3_000),
            "target": target,
        }
    )
    path = tmp_path_factory.mktemp("flat") / "user_data.csv"
    table.to_csv(path, index=False)
    return path


def asked(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.full
def test_a_flat_table_is_learned_and_its_figures_can_be_piped(spark, file, tmp_path) -> None:
    told = asked(
        "learn", file, "--target", "target", "--leave-out", "thanked", "--out", tmp_path / "model", "--format", "csv"
    )
    assert told.exit_code == 0, told.output
    figures = dict(line.split(",") for line in told.stdout.strip().splitlines()[1:])
    assert float(figures["pr_auc"]) > float(figures["base_rate"]) + 0.1
    assert {"calibration_error", "perfect_calibration_error", "lift_01", "f1"} <= set(figures)
    assert "this is not a split by time" in told.stderr
    assert {path.name for path in (tmp_path / "model").iterdir()} >= {"propensity.json", "reliability.png", "rules.md"}


def test_a_leaking_column_is_refused_in_a_sentence(spark, file) -> None:
    told = asked("learn", file, "--target", "target")
    assert told.exit_code == 1
    assert "leak: `thanked`" in told.stderr
    assert "Traceback" not in told.stderr


def test_wrong_use_names_the_near_match(spark, file) -> None:
    told = asked("learn", file, "--target", "targt")
    assert (told.exit_code, "target" in told.stderr) == (2, True)
    told = asked("learn", file, "--target", "target", "--learner", "xgbost")
    assert (told.exit_code, "xgboost" in told.stderr) == (2, True)


def test_a_change_is_said_in_both_languages_and_promises_nothing() -> None:
    said = _changed(Change("idle_days", 30.0, 5.0, 0.61, is_enough=True))
    assert "no visit for 5 days in place of no visit for 30 days (chance 61.0%)" in said
    assert "not a promised effect" in said
    assert "不是承诺的效果" in said
    assert "would come nearest" in _changed(Change("idle_days", 30.0, 5.0, 0.41, is_enough=False))
    assert "No feature" in _changed(None)


@pytest.fixture(scope="module")
def lake(spark, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with one goal, forty users whose chance falls with their idle days, and the model that said so."""
    home = tmp_path_factory.mktemp("goals") / "lake"
    store, day = Store(spark, str(home)), DAY
    users = range(40)
    features = "as_of_date | user_id | idle_days | active_days_90d\n" + "\n".join(
        f"{day} | u{n:02d} | {n} | 5" for n in users
    )
    demand = "as_of_date | user_id\n" + "\n".join(f"{day} | u{n:02d}" for n in users)
    store.replace_days(draw(USER_FEATURES, features), USER_FEATURES, day)
    store.replace_days(draw(DEMAND_FEATURES, demand), DEMAND_FEATURES, day)
    model = replace(model_of("idle_days", -1.0), quality_=(("threshold", 0.1),))
    conf = load_conf(ROOT / "conf", "demo", given={"SIMULATED": str(home)}, lake=str(home))
    node = named("propensity_buys", nodes_of(conf))
    tracking_of(conf).log(node, day, Candidate(model), Decision(is_published=True, reason="good"), {})
    told = {"buys": Published(model, "1")}
    held = log()
    frames = draw(USER_FEATURES, features), draw(DEMAND_FEATURES, demand), held.days, draw(USER_TAGS, "user_id | tag")
    goals = Goals(files={"buys": goal(value=40.0, cost=1.0)})
    rows = propensities(*frames, held.events, held.items, held.identities, as_of=day, goals=goals, models=told)
    store.replace_days(rows, PROPENSITIES, day)
    return home


def on(lake: Path, *words: object):
    return asked(*words, "--env", "demo", "--lake", lake)


def test_goals_are_listed_with_what_contacting_pays(lake, monkeypatch) -> None:
    monkeypatch.setenv("SIMULATED", str(lake))
    told = on(lake, "goals", "--format", "csv")
    assert told.exit_code == 0, told.output
    header, row = told.stdout.strip().splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True)) | {
        "goal": "buys",
        "user_count": "40",
        "worth_contacting_count": "38",
    } == dict(zip(header.split(","), row.split(","), strict=True))


def test_a_chance_is_explained_in_both_languages_with_the_nearest_change(lake, monkeypatch) -> None:
    monkeypatch.setenv("SIMULATED", str(lake))
    told = on(lake, "explain", "u30", "--goal", "buys")
    assert told.exit_code == 0, told.output
    assert "no visit for 30 days (-3.43)" in told.stdout
    assert "30 天没有来访" in told.stdout
    assert "What would alter the prediction: no visit for" in told.stderr
    assert "not a promised effect" in told.stderr


def test_who_is_not_at_risk_and_an_unknown_goal_are_said_in_a_sentence(lake, monkeypatch) -> None:
    monkeypatch.setenv("SIMULATED", str(lake))
    told = on(lake, "explain", "nobody", "--goal", "buys")
    assert (told.exit_code, "not in its population" in told.stderr) == (1, True)
    told = on(lake, "explain", "u30", "--goal", "bus")
    assert (told.exit_code, "buys" in told.stderr) == (2, True)
