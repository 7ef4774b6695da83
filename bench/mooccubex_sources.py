"""The MOOCCubeX sample as matrices, and the scores that each source gives every user and course, held densely in memory."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from implicit.als import AlternatingLeastSquares
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from learnlake.modelling.content import Content, matrix
from learnlake.modelling.ease import Ease, weights_between
from learnlake.modelling.grid import unit_rows
from learnlake.modelling.latent import Latent, loadings

Scores = NDArray[np.float32]
USERS, ITEMS = 11_943, 2_297
KNOWLEDGE = Content(
    lists=(("fields", 1.0), ("schools", 1.0), ("teachers", 1.0), ("key_concepts", 0.5)),
    values=(),
    texts=(("name", 1.5), ("about", 0.7)),
)


@dataclass(frozen=True)
class Sample:
    """Users x courses, 1 where enrolled, and the vectors of the courses."""

    train: Any
    test: Any
    content: Any


def read(folder: Path) -> Sample:
    """Read the sample.

    Args:
        folder: the one with train.txt.gz.
    """
    with (folder / "mooccubex_extended_course.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["mapped_id"]))
    names = {name for name, _ in KNOWLEDGE.lists}
    columns = {
        name: [(row[name].split("|") if row[name] else None) if name in names else row[name] or None for row in rows]
        for name in KNOWLEDGE.columns
    }
    lists = (_lists(folder / f"{part}.txt.gz") for part in ("train", "test"))
    return Sample(*lists, matrix(columns, len(rows), KNOWLEDGE))


def _lists(path: Path) -> Any:
    with gzip.open(path, "rt", encoding="ascii") as file:
        lines = [[int(word) for word in line.split()] for line in file]
    users = np.repeat([line[0] for line in lines], [len(line) - 1 for line in lines])
    items = np.concatenate([line[1:] for line in lines])
    return sparse.csr_matrix((np.ones(len(users)), (users, items)), shape=(USERS, ITEMS))


def parted(train: Any, share: float, seed: int) -> tuple[Any, Any]:
    """Part the enrolments of each user by chance of a seed: those to learn from, and a share to tune by."""
    draw = np.random.default_rng(seed).random(train.nnz)
    user = np.repeat(np.arange(train.shape[0]), np.diff(train.indptr))
    order = np.lexsort((draw, user))
    place = np.arange(train.nnz) - train.indptr[user]
    is_held = np.zeros(train.nnz, dtype=bool)
    is_held[order] = place < np.round(share * np.diff(train.indptr))[user]
    both = []
    for kept in (~is_held, is_held):
        made = sparse.csr_matrix((np.ones(kept.sum()), (user[kept], train.indices[kept])), shape=train.shape)
        both.append(made)
    return both[0], both[1]


def popularity(train: Any) -> Scores:
    """Score by how many users are enrolled."""
    return np.tile(np.asarray(train.sum(axis=0), dtype=np.float32), (train.shape[0], 1))


def item_cosine(train: Any, neighbours: int) -> Scores:
    """Score by the sum of cosines between courses, the nearest of each."""
    unit = unit_rows(train.T)
    near = (unit @ unit.T).toarray()
    np.fill_diagonal(near, 0.0)
    edge = -np.partition(-near, neighbours - 1, axis=1)[:, neighbours - 1 : neighbours]
    return np.asarray(train @ np.where(near >= edge, near, 0.0), dtype=np.float32)


def user_cosine(train: Any, neighbours: int) -> Scores:
    """Score by what the users with the highest cosines are enrolled in."""
    unit, found = unit_rows(train), np.empty(train.shape, dtype=np.float32)
    for start in range(0, train.shape[0], 1_000):
        near = (unit[start : start + 1_000] @ unit.T).toarray().astype(np.float32)
        near[np.arange(len(near)), np.arange(start, start + len(near))] = 0.0
        edge = -np.partition(-near, neighbours - 1, axis=1)[:, neighbours - 1 : neighbours]
        found[start : start + 1_000] = (sparse.csr_matrix(np.where(near >= edge, near, 0.0)) @ train).toarray()
    return found


def ease(train: Any, setting: Ease, content: Any = None) -> Scores:
    """Score by EASE, with what is known of the courses where its setting says so."""
    return np.asarray(train @ weights_between(train, setting, content), dtype=np.float32)


def svd(train: Any, factors: int) -> Scores:
    """Score by PureSVD."""
    found = loadings(train, Latent(factors))
    return np.asarray((train @ found) @ found.T, dtype=np.float32)


def by_content(train: Any, content: Any) -> Scores:
    """Score by the cosine between a course and the mean of the user's courses, but for the user's own length, which orders nothing."""
    return np.asarray(train @ (content @ content.T).toarray(), dtype=np.float32)


def like_one(train: Any, content: Any) -> Scores:
    """Score by the cosine to the one most similar course of the user, which finds reruns."""
    near = (content @ content.T).toarray().astype(np.float32)
    np.fill_diagonal(near, 0.0)
    return np.stack(
        [near[train.indices[a:b]].max(axis=0) for a, b in zip(train.indptr, train.indptr[1:], strict=False)]
    )


def native_als(train: Any, setting: tuple[int, float, float]) -> Scores:
    """Score by implicit ALS of the package ``implicit``: factors, penalty, confidence."""
    factors, penalty, confidence = setting
    with threadpool_limits(1, "blas"):  # ALS has threads of its own
        model = AlternatingLeastSquares(
            factors=factors, regularization=penalty, alpha=confidence, iterations=15, random_state=7, num_threads=2
        )
        model.fit(train.astype(np.float32), show_progress=False)
    return np.asarray(model.user_factors @ model.item_factors.T, dtype=np.float32)


def tried(content: Any) -> dict[str, tuple[Callable[[Any, Any], Scores], tuple[Any, ...]]]:
    """Return how each source that has a setting scores (train, setting), and the settings that are tried."""
    helped = tuple(Ease(100.0, dropout, side) for dropout in (0.65, 0.75, 0.85) for side in (75.0, 150.0, 300.0))
    return {
        "item cosine": (item_cosine, (100, 400, 2_000)),
        "user cosine": (user_cosine, (100, 300)),
        "EASE": (ease, (Ease(300.0), Ease(500.0), Ease(1_000.0))),
        "EASE with content": (lambda train, setting: ease(train, setting, content), helped),
        "SVD": (svd, (10, 15, 30)),
        "native ALS": (native_als, ((8, 0.05, 5.0), (16, 0.05, 5.0), (16, 0.05, 20.0), (32, 0.05, 5.0))),
    }
