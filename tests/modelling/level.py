"""The least that can be served: a model that tells a level, and of each row what it holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pandas as pd
from pyspark.sql import DataFrame

EXAMPLE = pd.DataFrame(
    {
        "visits": [3, 0],
        "amount": [1.5, None],
        "country": ["fr", None],
        "tags": [["a", "b"], None],
        "is_new": [True, False],
    }
)


@dataclass(frozen=True)
class Level:
    """Adds its level to the visits; says whether country and tags are known."""

    level: float

    def fit(self, users: DataFrame) -> Self:
        raise NotImplementedError

    def score(self, users: DataFrame) -> DataFrame:
        raise NotImplementedError

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        known = rows["country"].notna().astype(int) + rows["tags"].notna().astype(int)
        return pd.DataFrame({"chance": rows["visits"] + self.level, "known": known})

    def save(self, folder: Path) -> None:
        (folder / "level.json").write_text(json.dumps({"level": self.level}))

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(**json.loads((folder / "level.json").read_text()))
