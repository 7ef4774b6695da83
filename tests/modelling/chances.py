"""Drawn rows whose true chance is known, for the tests of propensities."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from learnlake.modelling.contest import Part, Parts
from learnlake.modelling.learning import Rows

NUMERIC = ("visits", "idle", "noise", "other_noise")
WORDS = ("plan", "city")
MULTIPLE = ("likes",)
KINDS = (NUMERIC, WORDS, MULTIPLE)
CITIES = tuple(f"city {n:02d}" for n in range(60))


def truth(batch: dict[str, list]) -> np.ndarray:
    visits = np.array(batch["visits"], dtype=float)
    idle = np.array([np.nan if x is None else x for x in batch["idle"]], dtype=float)
    plan = np.array([x == "gold" for x in batch["plan"]])
    far = np.array([x is not None and int(x[-2:]) >= 45 for x in batch["city"]])
    return -1.5 + 0.8 * np.log1p(visits) - 0.05 * np.nan_to_num(idle, nan=60.0) + 1.2 * plan + 2.0 * far


def drawn(count: int, seed: int = 1, shift: float = 0.0) -> tuple[pa.RecordBatch, np.ndarray, np.ndarray]:
    """Return rows, labels and true chances."""
    random = np.random.default_rng(seed)
    idle = random.integers(0, 60, count).astype(float)
    held = {
        "visits": (random.gamma(1.0, 6.0, count).round() + shift).tolist(),
        "idle": [None if missing else x for x, missing in zip(idle.tolist(), random.random(count) < 0.15, strict=True)],
        "noise": random.normal(size=count).tolist(),
        "other_noise": random.normal(size=count).tolist(),
        "plan": random.choice(np.array(["free", "silver", "gold", None], dtype=object), count).tolist(),
        "city": random.choice(np.array(CITIES, dtype=object), count).tolist(),
        "likes": [sorted({str(x) for x in random.choice(["python", "sql", "go"], 2)}) for _ in range(count)],
    }
    chances = 1 / (1 + np.exp(-truth(held)))
    labels = (random.random(count) < chances).astype(np.int64)
    held["label"] = labels.tolist()
    return pa.RecordBatch.from_pydict(held), labels, chances


def part(count: int, seed: int) -> Part:
    batch, labels, _ = drawn(count, seed)
    return Part(batch, labels)


def parts(count: int = 3_000) -> Parts:
    return Parts(part(count, 1), part(count // 3, 2), part(count // 3, 3))


def rows(count: int = 3_000, **columns: np.ndarray) -> Rows:
    batch, _, _ = drawn(count)
    for name, values in columns.items():
        batch = batch.append_column(name, pa.array(values))
    names = np.array(["train", "train", "train", "tune", "calibrate", "test"], dtype=object)
    groups = {"plan": np.array([str(x) for x in batch.column("plan").to_pylist()], dtype=object)}
    return Rows(batch, names[np.arange(count) % 6], groups)
