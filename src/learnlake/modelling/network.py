"""A multilayer perceptron by MLlib, read out as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyspark.ml.classification import MultilayerPerceptronClassifier
from pyspark.sql import DataFrame

Matrix = NDArray[np.float64]
STRIDES = 100


@dataclass(frozen=True)
class Network:
    """Layers of sigmoid units, the last one a softmax, as MLlib has them.

    Attributes:
        sizes: units of each layer, the features first and the classes last.
        weights: of layer by layer, each the weights of all units for the first input, then the second and so on, and last a bias for each unit.
    """

    sizes: tuple[int, ...]
    weights: tuple[float, ...]

    def scores(self, matrix: Matrix) -> Matrix:
        """Return the log-odds of the classes up to a constant a row; rows x classes."""
        at = matrix
        layers = self._layers()
        for place, (weight, bias) in enumerate(layers):
            at = at @ weight + bias
            if place < len(layers) - 1:
                at = 1 / (1 + np.exp(-np.clip(at, -500, 500)))
        return at

    def contributions(self, matrix: Matrix, centre: NDArray[np.float64]) -> Matrix:
        """Return what each feature adds to the log of the odds of yes on the way from a centre; rows x (features + 1).

        The last column is what holds at the centre; the sum is the margin up to the error of a hundred steps.

        Source: Sundararajan, Taly and Yan (2017), ICML 34 (integrated gradients).
        """
        total = np.zeros_like(matrix)
        for stride in range(STRIDES):
            share = (stride + 0.5) / STRIDES
            total += self._slopes(centre + share * (matrix - centre))
        base = self.scores(centre[None, :])
        return np.column_stack([total / STRIDES * (matrix - centre), np.full(len(matrix), base[0, 1] - base[0, 0])])

    def _slopes(self, matrix: Matrix) -> Matrix:
        layers, active, at = self._layers(), [], matrix
        for weight, bias in layers[:-1]:
            at = 1 / (1 + np.exp(-np.clip(at @ weight + bias, -500, 500)))
            active.append(at)
        last = layers[-1][0]
        back = np.tile(last[:, 1] - last[:, 0], (len(matrix), 1))
        for (weight, _), held in zip(layers[-2::-1], active[::-1], strict=True):
            back = (back * held * (1 - held)) @ weight.T
        return np.asarray(back)

    def _layers(self) -> list[tuple[Matrix, NDArray[np.float64]]]:
        held, out, at = np.array(self.weights), [], 0
        for inputs, units in zip(self.sizes, self.sizes[1:], strict=False):
            weight = held[at : at + inputs * units].reshape((inputs, units))
            at += inputs * units
            out.append((weight, held[at : at + units]))
            at += units
        return out


def perceptron(rows: DataFrame, sizes: tuple[int, ...], steps: int, seed: int) -> Network:
    """Fit a network.

    Args:
        rows: ``features``, a vector of about equally scaled numbers, and ``label``, 0, 1, ... as double; one partition, fixed order.
        sizes: units of each layer.
        steps: most steps of the optimiser.
        seed: of the first weights.
    """
    learner = MultilayerPerceptronClassifier(layers=list(sizes), maxIter=steps, seed=seed)
    found = learner.fit(rows)
    return Network(sizes, tuple(float(weight) for weight in found.weights))
