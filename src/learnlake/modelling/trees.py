"""Trees of MLlib as plain numbers, and what they say of a matrix of features.

Spark's public text of a model, ``toDebugString``, states every split and every prediction in full precision; nothing else that is
public does so on a laptop, under spark-submit and over Spark Connect alike. Splits are read from it. What it does not
state, the shares of the classes in a leaf of a classification tree, is counted anew on the rows of the fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from learnlake.errors import LearnlakeError

Matrix = NDArray[np.float64]
Nodes = NDArray[np.int32]
LEAST_SHARE = 1e-4
TREE = re.compile(r"^\s*Tree \d+ \(weight ([^)]+)\):$")
SPLIT = re.compile(r"^\s*If \(feature (\d+) <= ([^ )]+)\)$")
ELSE = re.compile(r"^\s*Else \(feature (\d+) > ([^ )]+)\)$")
LEAF = re.compile(r"^\s*Predict: (\S+)$")


@dataclass(frozen=True)
class Trees:
    """Trees whose answers are added up.

    Attributes:
        roots: node at which each tree begins.
        features: place of the feature that a node asks for; -1 in a leaf.
        thresholds: a row goes to ``yes`` where the feature is at most this.
        yes, no: next node; a leaf names itself.
        values: what a node adds for each class; nodes x classes.
        depth: most questions that are asked of a row.
        are_shares: whether the sum is a share of each class, of which ``scores`` gives the logarithm.
    """

    roots: tuple[int, ...]
    features: tuple[int, ...]
    thresholds: tuple[float, ...]
    yes: tuple[int, ...]
    no: tuple[int, ...]
    values: tuple[tuple[float, ...], ...]
    depth: int
    are_shares: bool = False

    def leaves(self, matrix: Matrix) -> Nodes:
        """Return the leaf of each row in each tree; rows x trees."""
        features, thresholds = np.maximum(self.features, 0), np.array(self.thresholds)
        yes, no = np.array(self.yes, dtype=np.int32), np.array(self.no, dtype=np.int32)
        at = np.tile(np.array(self.roots, dtype=np.int32), (len(matrix), 1))
        rows = np.arange(len(matrix))[:, None]
        for _ in range(self.depth):
            at = np.where(matrix[rows, features[at]] <= thresholds[at], yes[at], no[at])
        return at

    def scores(self, matrix: Matrix) -> Matrix:
        """Return what the trees say of each class: log-shares or margins; rows x classes."""
        values = np.array(self.values)
        leaves = self.leaves(matrix)
        total = np.zeros((len(matrix), values.shape[1]))
        for tree in range(leaves.shape[1]):
            total += values[leaves[:, tree]]
        return np.log(np.maximum(total, LEAST_SHARE)) if self.are_shares else total

    def counted(self, leaves: Nodes, labels: NDArray[np.int64], classes: int) -> Self:
        """Return trees that answer with the mean share of each class in the leaf.

        To every leaf one average row is added, so that few rows do not claim certainty (m-estimate with m = 1).

        Args:
            leaves: of the rows of the fit, as ``leaves`` finds them; rows x trees.
            labels: class of each row, from 0.
            classes: how many there are.

        Source: Cestnik (1990), ECAI 9; trees that estimate probabilities, Provost and Domingos (2003), Machine Learning 52.
        """
        counts = np.zeros((len(self.features), classes))
        for tree in range(leaves.shape[1]):
            np.add.at(counts, (leaves[:, tree], labels), 1.0)
        average = np.bincount(labels, minlength=classes) / len(labels)
        shares = (counts + average) / (counts.sum(axis=1, keepdims=True) + 1.0) / len(self.roots)
        return replace(self, values=tuple(map(tuple, shares.tolist())), are_shares=True)


def read(text: str) -> Trees:
    """Read the trees of ``toDebugString``; each adds what it predicts times its weight, as a single class.

    Raises:
        LearnlakeError: if the text is not of the known form.
    """
    weight, grown = 1.0, _Grown()
    lines = iter([*text.splitlines()[1:]])
    for line in lines:
        if not line.strip():
            continue
        if heading := TREE.match(line):
            weight = float(heading[1])
            continue
        grown.roots.append(len(grown.features))
        grown.grow(line, lines, weight, 0)
    if not grown.roots:
        raise _unknown(text[:80])
    return grown.trees()


def one_a_class(found: tuple[Trees, ...], factor: float) -> Trees:
    """Join trees that speak of one class each, in the order of the classes; what they add is multiplied by ``factor``."""
    starts = np.cumsum([0, *(len(trees.features) for trees in found)]).tolist()
    values = [
        tuple(factor * value[0] if place == other else 0.0 for other in range(len(found)))
        for place, trees in enumerate(found)
        for value in trees.values
    ]
    return Trees(
        roots=tuple(start + root for start, trees in zip(starts, found, strict=False) for root in trees.roots),
        features=tuple(feature for trees in found for feature in trees.features),
        thresholds=tuple(threshold for trees in found for threshold in trees.thresholds),
        yes=tuple(start + node for start, trees in zip(starts, found, strict=False) for node in trees.yes),
        no=tuple(start + node for start, trees in zip(starts, found, strict=False) for node in trees.no),
        values=tuple(values),
        depth=max(trees.depth for trees in found),
    )


class _Grown:
    """Nodes as they are read, in the order of the text."""

    def __init__(self) -> None:
        self.roots: list[int] = []
        self.features: list[int] = []
        self.thresholds: list[float] = []
        self.yes: list[int] = []
        self.no: list[int] = []
        self.values: list[float] = []
        self.depth = 0

    def grow(self, line: str, lines: Iterator[str], weight: float, depth: int) -> int:
        """Read the node that begins with this line, and all below it; returns its place."""
        at = len(self.features)
        self.depth = max(self.depth, depth)
        self.features.append(-1)
        self.thresholds.append(0.0)
        self.yes.append(at)
        self.no.append(at)
        self.values.append(0.0)
        if leaf := LEAF.match(line):
            self.values[at] = weight * float(leaf[1])
            return at
        split = SPLIT.match(line)
        if not split:
            raise _unknown(line)
        self.features[at], self.thresholds[at] = int(split[1]), float(split[2])
        self.yes[at] = self.grow(next(lines, ""), lines, weight, depth + 1)
        other = next(lines, "")
        said = ELSE.match(other)
        if not said or said.groups() != split.groups():
            raise _unknown(other)
        self.no[at] = self.grow(next(lines, ""), lines, weight, depth + 1)
        return at

    def trees(self) -> Trees:
        """Return what was read as a value."""
        return Trees(
            tuple(self.roots),
            tuple(self.features),
            tuple(self.thresholds),
            tuple(self.yes),
            tuple(self.no),
            tuple((value,) for value in self.values),
            self.depth,
        )


def _unknown(line: str) -> LearnlakeError:
    return LearnlakeError(
        f"Spark describes a tree in an unknown form, `{line.strip()}`; use the pinned version of pyspark."
    )
