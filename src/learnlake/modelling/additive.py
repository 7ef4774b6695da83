"""What each feature adds to a model's answer: contributions that add up to it.

Trees by TreeSHAP, linear models by weight x distance from the mean, networks by integrated gradients from the mean. They are
properties of the model, not causes.

Sources: Lundberg, Erion et al. (2020), Nature Machine Intelligence 2; Strumbelj and Kononenko (2014), Knowledge and Information
Systems 41, for the linear case.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from learnlake.modelling.boosting import Boosted
from learnlake.modelling.learners import Linear
from learnlake.modelling.network import Network
from learnlake.modelling.trees import Trees

Matrix = NDArray[np.float64]
Learned = Linear | Trees | Boosted | Network


def margin(learned: Learned, matrix: Matrix) -> NDArray[np.float64]:
    """Return how much more a model says yes than no, in log-odds as far as it is calibrated."""
    scores = learned.scores(matrix)
    return np.asarray(scores[:, 1] - scores[:, 0])


def contributions(learned: Learned, matrix: Matrix, centre: Matrix) -> Matrix:
    """Return what each feature adds to the margin, and last what holds without any; rows x (features + 1).

    Of trees whose shares are averaged, as in a forest, the contributions are those to the share of yes, stretched to the margin.

    Args:
        learned: a model of two classes.
        matrix: rows x features.
        centre: some rows the model was fitted on; their mean is where linear models and networks start from, and trees
            count on them how many rows go each way.
    """
    if isinstance(learned, Boosted):
        return learned.contributions(matrix)
    if isinstance(learned, Linear):
        weights = np.array(learned.coefficients)
        slope = weights[1] - weights[0]
        middle = centre.mean(axis=0)
        base = float(margin(learned, middle[None, :])[0])
        return np.column_stack([(matrix - middle) * slope, np.full(len(matrix), base)])
    if isinstance(learned, Network):
        return learned.contributions(matrix, centre.mean(axis=0))
    return _of_trees(learned, matrix, centre)


def _of_trees(trees: Trees, matrix: Matrix, centre: Matrix) -> Matrix:
    import shap  # slow to import, and only forests and single trees of MLlib need it

    values = np.array(trees.values)
    answer = values[:, 1] if trees.are_shares else values[:, 1] - values[:, 0]
    explainer = shap.TreeExplainer({"trees": _told(trees, answer, centre)}, feature_perturbation="tree_path_dependent")
    parts = np.asarray(explainer.shap_values(matrix, check_additivity=False))
    base = float(np.ravel(explainer.expected_value)[0])
    if not trees.are_shares:
        return np.column_stack([parts, np.full(len(matrix), base)])
    margins = margin(trees, matrix)
    base_margin = float(np.log(base / (1 - base)))
    total = parts.sum(axis=1)
    stretch = np.where(np.abs(total) > 1e-12, (margins - base_margin) / np.where(total == 0, 1.0, total), 0.0)
    return np.column_stack([parts * stretch[:, None], np.full(len(matrix), base_margin)])


def _told(trees: Trees, answer: NDArray[np.float64], centre: Matrix) -> list[dict[str, NDArray[np.float64]]]:
    """Describe the trees as ``shap`` takes them, with how many of the centre's rows reach each node."""
    held = {
        name: np.array(value)
        for name, value in asdict(trees).items()
        if name in ("features", "thresholds", "yes", "no")
    }
    reached = _reached(trees, centre)
    ends = [*trees.roots[1:], len(trees.features)]
    out = []
    for root, end in zip(trees.roots, ends, strict=True):
        own = slice(root, end)
        is_leaf = held["features"][own] < 0
        out.append(
            {
                "children_left": np.where(is_leaf, -1, held["yes"][own] - root),
                "children_right": np.where(is_leaf, -1, held["no"][own] - root),
                "children_default": np.where(is_leaf, -1, held["yes"][own] - root),
                "features": np.where(is_leaf, -1, held["features"][own]),
                "thresholds": held["thresholds"][own],
                "values": answer[own].reshape(-1, 1),
                "node_sample_weight": reached[own],
            }
        )
    return out


def _reached(trees: Trees, rows: Matrix) -> NDArray[np.float64]:
    """Count the rows that come by each node; a thousandth of a row in every leaf besides, so that none is unheard of."""
    counts = np.bincount(trees.leaves(rows).ravel(), minlength=len(trees.features)).astype(float)
    for node in reversed(range(len(trees.features))):  # what is below a node stands behind it
        if trees.features[node] >= 0:
            counts[node] = counts[trees.yes[node]] + counts[trees.no[node]]
        else:
            counts[node] += 1e-3
    return counts
