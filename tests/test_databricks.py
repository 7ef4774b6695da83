import json
from itertools import pairwise
from typing import Any

import jsonschema
import pytest
import yaml

from learnlake import pipeline
from tests.conftest import ROOT

SCHEMA = ROOT.parent / "shared" / "databricks-bundle.schema.json"
LETTERS = {
    r"[\p{L}\p{N}]": r"[^\W_]",
    r"\p{L}": r"[^\W\d_]",
}  # the schema's patterns name letters in a way Python's do not
ROOMS = [room.__name__.rsplit(".", 1)[-1] for room in pipeline.ROOMS]


@pytest.fixture(scope="module")
def bundle() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "databricks.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    if not SCHEMA.is_file():
        pytest.skip("needs ../shared/databricks-bundle.schema.json")
    text = SCHEMA.read_text(encoding="utf-8")
    for theirs, ours in LETTERS.items():
        text = text.replace(json.dumps(theirs)[1:-1], json.dumps(ours)[1:-1])
    return jsonschema.Draft202012Validator(json.loads(text))


@pytest.fixture(scope="module")
def tasks(bundle) -> list[dict[str, Any]]:
    return bundle["resources"]["jobs"]["nightly"]["tasks"]


def test_the_bundle_is_what_databricks_accepts(bundle, validator):
    assert [error.message for error in validator.iter_errors(bundle)] == []


def test_the_schema_would_refuse_a_misspelt_key(bundle, validator):
    misspelt = json.loads(json.dumps(bundle).replace('"task_key": "ingest"', '"task_kye": "ingest"', 1))
    assert not validator.is_valid(misspelt)


def test_there_is_one_task_a_room_in_the_pipelines_order(tasks):
    assert [task["task_key"] for task in tasks] == ROOMS


def test_every_task_waits_for_the_one_before(tasks):
    assert "depends_on" not in tasks[0]
    for before, task in pairwise(tasks):
        assert task["depends_on"] == [{"task_key": before["task_key"]}]


def test_every_job_has_its_task(tasks):
    """nightly.py has none: it is all of them in one process, as the bundle's job is."""
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "jobs").glob("*.py")}
    assert {task["spark_python_task"]["python_file"] for task in tasks} == files - {"jobs/nightly.py"}


def test_every_task_runs_its_own_job_in_the_targets_environment(tasks):
    for task in tasks:
        run = task["spark_python_task"]
        assert run["python_file"] == f"jobs/{task['task_key']}.py"
        assert run["parameters"] == ["--env", "${bundle.target}", "--conf", "${workspace.file_path}/conf"]


def test_every_target_is_an_environment_of_conf(bundle):
    assert set(bundle["targets"]) == {"dev", "prod"}
    assert all((ROOT / "conf" / f"{target}.yml").is_file() for target in bundle["targets"])


def test_every_task_has_the_wheel_and_a_cluster_that_is_declared(bundle, tasks):
    clusters = {cluster["job_cluster_key"] for cluster in bundle["resources"]["jobs"]["nightly"]["job_clusters"]}
    assert bundle["artifacts"]["learnlake"]["type"] == "whl"
    for task in tasks:
        assert task["libraries"] == [{"whl": "dist/*.whl"}]
        assert task["job_cluster_key"] in clusters


def test_the_key_comes_from_a_secret_and_is_written_nowhere(bundle):
    cluster = bundle["resources"]["jobs"]["nightly"]["job_clusters"][0]["new_cluster"]
    assert cluster["spark_env_vars"]["LEARNLAKE_KEY"] == "{{secrets/${var.secret_scope}/key}}"
