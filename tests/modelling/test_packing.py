from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from learnlake.modelling.packing import LEARNED, pack, plain, requirements, schema
from tests.modelling.level import EXAMPLE, Level
from tests.segments.cuts import cut


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([1, 2], "double"),
        ([1.5, None], "double"),
        (pd.array([1, None], dtype="Int64"), "double"),
        (["a", None], "string"),
        ([None, None], "string"),
        ([["a"], None], "Array(string)"),
        ([None, ["a", "b"]], "Array(string)"),
        ([True, False], "boolean"),
        (pd.array([True, None], dtype="boolean"), "boolean"),
        (pd.to_datetime(["2026-05-01", None]), "datetime"),
    ],
)
def test_every_column_has_a_type_and_may_hold_nulls(column, kind: str) -> None:
    found = schema(plain(pd.DataFrame({"x": column}))).inputs[0]
    assert (str(found.type).removeprefix("DataType."), found.required) == (kind, False)


def test_rows_become_what_json_can_hold() -> None:
    rows = plain(pd.DataFrame({"n": [1, 2], "tags": [pd.array(["a", "b"]).to_numpy(), None]}, index=[5, 9]))
    assert json.loads(rows.to_json(orient="records")) == [{"n": 1, "tags": ["a", "b"]}, {"n": 2, "tags": None}]


def test_a_model_that_predicts_becomes_one_of_mlflow_where_there_is_an_example(tmp_path: Path) -> None:
    packed = pack(Level(0.25), EXAMPLE, tmp_path)
    assert Level.load(packed / LEARNED) == Level(0.25)
    example = json.loads((packed / "input_example.json").read_text(), parse_constant=lambda _: None)
    assert example["data"] == [
        [3.0, 1.5, "fr", ["a", "b"], True],
        [0.0, None, None, None, False],
    ]
    assert sorted((packed / "requirements.txt").read_text().split()) == sorted(requirements())


def test_what_cannot_be_served_is_saved_plain(tmp_path: Path) -> None:
    for name, model, example in (("a", Level(0.25), None), ("b", cut(), EXAMPLE)):
        (tmp_path / name).mkdir()
        packed = pack(model, example, tmp_path / name)
        assert type(model).load(packed) == model
        assert not (packed / "MLmodel").exists()


def test_requirements_are_the_installed_versions() -> None:
    assert f"pandas=={pd.__version__}" in requirements()
    assert not [line for line in requirements() if line.startswith("pytest")]
