"""Curves as pictures, for the registry: reliability, precision over recall, gain, profit."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from learnlake.modelling import binary

Vector = NDArray[np.float64]
Labels = NDArray[np.int64]
SIZE = (5, 4)


def curves(labels: Labels, chances: Vector, value: float, cost: float) -> dict[str, bytes]:
    """Return pictures by file name, as PNG.

    Args:
        labels: outcomes, 0 or 1.
        chances: probabilities.
        value: worth of a success among those contacted.
        cost: of a contact.
    """
    bins = binary.bins(labels, chances, value, cost)
    share = np.arange(1, len(bins) + 1) / len(bins)
    precision, recall, _ = precision_recall_curve(labels, chances)

    def reliability(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
        axes.plot([b.said for b in bins], [b.came for b in bins], marker="o")
        top = 1.05 * max(max(b.said, b.came) for b in bins) or 1.0
        axes.set(xlabel="chance said", ylabel="share that came", xlim=(0, top), ylim=(0, top), title="Reliability")

    def recalled(axes: Any) -> None:
        axes.plot(recall, precision)
        axes.axhline(labels.mean(), color="grey", linewidth=1)
        axes.set(xlabel="recall", ylabel="precision", title="Precision over recall")

    def gain(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
        axes.plot([0, *share], [0, *(b.gain for b in bins)], marker="o")
        axes.set(xlabel="share of users, likeliest first", ylabel="share of successes", title="Gain")

    def profit(axes: Any) -> None:
        axes.axhline(0, color="grey", linewidth=1)
        axes.plot([0, *share], [0, *(b.profit for b in bins)], marker="o")
        axes.set(xlabel="share of users contacted", ylabel="profit", title=f"Profit at value {value:g}, cost {cost:g}")

    drawn = {"reliability": reliability, "precision_recall": recalled, "gain": gain, "profit": profit}
    return {f"{name}.png": _png(draw) for name, draw in drawn.items()}


def _png(draw: Callable[[Any], None]) -> bytes:
    from matplotlib.figure import Figure  # slow to import; without pyplot no state is kept

    figure = Figure(figsize=SIZE, layout="tight")
    draw(figure.subplots())
    out = BytesIO()
    figure.savefig(out, format="png", dpi=90)
    return out.getvalue()
