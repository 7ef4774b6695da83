"""A model as a folder for the registry: plain, or such that any notebook can load it by MLflow alone."""

from __future__ import annotations

import logging
import os
import re
import warnings
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api import types as kinds

from learnlake.modelling import serving
from learnlake.modelling.model import Kept

LEARNED = "data/learned"  # MLflow puts what it is given below data/


def quiet_mlflow() -> Any:
    """Import MLflow quietly; it is slow, so only what trains, scores or asks the registry pays for it."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")  # between the lines of a run
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about type hints of its own
        import mlflow.pyfunc
    for name in ("mlflow", "alembic"):  # after the import, which sets levels of its own
        logging.getLogger(name).setLevel(logging.WARNING)
    return mlflow


def pack(model: Kept, example: pd.DataFrame | None, scratch: Path) -> Path:
    """Save a model below ``scratch`` and return the folder to log.

    With an example and a ``predict`` it becomes a real MLflow model: signature, saved example, requirements, and the flavour
    ``python_function``; what the model itself saved then lies in ``LEARNED``. Without, the folder holds that alone.
    """
    learned = scratch / "learned"
    learned.mkdir()
    model.save(learned)
    if example is None or not isinstance(model, serving.Predicts):
        return learned
    mlflow = quiet_mlflow()
    rows = plain(example)
    mlflow.pyfunc.save_model(
        path=str(scratch / "served"),
        loader_module=serving.__name__,
        data_path=str(learned),
        model_config={serving.KIND: serving.address(model)},
        signature=mlflow.models.ModelSignature(schema(rows), schema(model.predict(rows))),
        input_example=rows,
        pip_requirements=requirements(),
    )
    return scratch / "served"


def plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows as JSON can hold them: numbers as doubles, which may be null, and lists as lists."""
    out = rows.reset_index(drop=True)
    for name in out.columns:
        if kinds.is_bool_dtype(out[name]):
            out[name] = out[name].astype(object).where(out[name].notna(), None)
        elif kinds.is_numeric_dtype(out[name]):
            out[name] = out[name].astype("float64")
        elif not kinds.is_datetime64_any_dtype(out[name]):
            out[name] = pd.Series([_plain(value) for value in out[name]], dtype=object)
    return out


def _plain(value: Any) -> Any:
    if kinds.is_list_like(value):
        return list(value)
    return None if pd.isna(value) else value


def schema(rows: pd.DataFrame) -> Any:
    """Return the MLflow schema of rows; any column may hold nulls, and one that holds nothing else is a string's."""
    types = quiet_mlflow().types
    return types.Schema([types.ColSpec(_type_of(rows[name]), name, required=False) for name in rows.columns])


def _type_of(column: pd.Series[Any]) -> Any:
    types = quiet_mlflow().types
    if kinds.is_datetime64_any_dtype(column):
        return types.DataType.datetime
    if kinds.is_numeric_dtype(column) and not kinds.is_bool_dtype(column):
        return types.DataType.double
    held = next((value for value in column if kinds.is_list_like(value) or not pd.isna(value)), None)
    if kinds.is_list_like(held):
        return types.schema.Array(types.DataType.string)
    return types.DataType.boolean if isinstance(held, bool) else types.DataType.string


def requirements() -> list[str]:
    """Return the packages that learnlake needs, with the versions installed here; MLflow would guess them, slowly."""
    try:
        needed = metadata.requires("learnlake") or []
    except metadata.PackageNotFoundError:  # run from its sources
        return []
    names = [re.match(r"[\w.-]+", line) for line in needed if "extra ==" not in line]
    return [f"{name[0]}=={metadata.version(name[0])}" for name in names if name]
