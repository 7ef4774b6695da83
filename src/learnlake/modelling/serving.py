"""How a notebook gets a model: ``mlflow.pyfunc.load_model("models:/NAME@champion").predict(pandas_frame)``.

MLflow imports this module by its name, which stands in the MLmodel file, and calls ``_load_pyfunc``; the file names the class
as well, as ``module:Class``. Nothing else in learnlake looks up code by a string.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pandas as pd

KIND = "kind"


@runtime_checkable
class Predicts(Protocol):
    """A model that scores rows which a notebook has in memory."""

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return one row of scores for each row, in their order."""
        ...


def address(model: object) -> str:
    """Return where the class of a model is found: ``module:Class``."""
    return f"{type(model).__module__}:{type(model).__qualname__}"


def _load_pyfunc(path: str, model_config: Mapping[str, str]) -> Any:
    """Load a model from the folder into which it saved itself; MLflow knows this function by its name."""
    module, _, name = model_config[KIND].partition(":")
    kind: Any = reduce(getattr, name.split("."), importlib.import_module(module))
    return kind.load(Path(path))
