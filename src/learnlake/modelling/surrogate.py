"""A few rules that people can read, standing in for a model: a shallow tree of what it says, and how faithful it is.

Source: Craven and Shavlik (1996), NIPS 8 (extracting trees from trained models).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeRegressor

from learnlake.modelling.recipe import Recipe

Vector = NDArray[np.float64]
DEPTH = 3
LEAST_SHARE = 0.02


@dataclass(frozen=True)
class Rule:
    """One rule: what holds of a row, the share of rows of which it holds, and the mean chance of those."""

    conditions: tuple[str, ...]
    share: float
    chance: float

    def __str__(self) -> str:
        """Say it in a line."""
        said = " and ".join(self.conditions) or "everybody"
        return f"{said}: chance {self.chance:.1%} ({self.share:.0%} of users)"


@dataclass(frozen=True)
class Surrogate:
    """Rules, the likeliest first, and the share of the spread of the model's chances that they explain on other rows."""

    rules: tuple[Rule, ...]
    fidelity: float

    def text(self) -> str:
        """Say the rules as a page."""
        lines = [f"{number}. {rule}" for number, rule in enumerate(self.rules, start=1)]
        return "\n".join([f"These rules explain {self.fidelity:.0%} of what the model says.", "", *lines, ""])


def surrogate(recipe: Recipe, fit_on: tuple[pa.RecordBatch, Vector], other: tuple[pa.RecordBatch, Vector]) -> Surrogate:
    """Fit rules to what a model says of some rows, and see how faithful they are on others.

    Args:
        recipe: of the model, whose columns the rules may name.
        fit_on: rows, and the chances that the model gives them.
        other: likewise, of rows by which the rules are judged.
    """
    (batch, chances), (there, said) = fit_on, other
    least = max(int(LEAST_SHARE * len(chances)), 1)
    tree = DecisionTreeRegressor(max_depth=DEPTH, min_samples_leaf=least, random_state=0)
    matrix = recipe.matrix(batch)
    tree.fit(matrix, chances)
    spread = float(np.var(said))
    fidelity = 1 - float(np.mean((tree.predict(recipe.matrix(there)) - said) ** 2)) / spread if spread > 0 else 0.0
    rules = _walk(tree.tree_, 0, {}, recipe)
    return Surrogate(tuple(sorted(rules, key=lambda rule: (-rule.chance, rule.conditions))), max(fidelity, 0.0))


def _walk(tree: object, node: int, held: dict[str, tuple[float, float]], recipe: Recipe) -> list[Rule]:
    """Go down to the leaves; of one place the narrowest interval is kept."""
    left, right = tree.children_left[node], tree.children_right[node]  # type: ignore[attr-defined]  # arrays of scikit-learn
    if left < 0:
        total = tree.weighted_n_node_samples  # type: ignore[attr-defined]  # as above
        conditions = tuple(_said(name, low, high, recipe) for name, (low, high) in held.items())
        return [Rule(conditions, float(total[node] / total[0]), float(tree.value[node][0][0]))]  # type: ignore[attr-defined]  # as above
    name = recipe.names[tree.feature[node]]  # type: ignore[attr-defined]  # as above
    edge = float(tree.threshold[node])  # type: ignore[attr-defined]  # as above
    low, high = held.get(name, (-np.inf, np.inf))
    under, over = {**held, name: (low, min(high, edge))}, {**held, name: (max(low, edge), high)}
    return _walk(tree, left, under, recipe) + _walk(tree, right, over, recipe)


def _said(name: str, low: float, high: float, recipe: Recipe) -> str:
    """Say an interval of a place of the matrix in the column's own units."""
    if name not in recipe.numeric:
        if "by its share" in name:
            return f"{name} {'at most ' + format(high, '.3f') if np.isfinite(high) else 'above ' + format(low, '.3f')}"
        return name if low >= 0 else f"not ({name})"
    bottom, top = (float(np.sign(x) * np.expm1(abs(x))) if np.isfinite(x) else x for x in (low, high))
    if np.isfinite(bottom) and np.isfinite(top):
        return f"{bottom:.3g} < {name} <= {top:.3g}"
    return f"{name} <= {top:.3g}" if np.isfinite(top) else f"{name} > {bottom:.3g}"
