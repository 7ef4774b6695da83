"""From raw features to the space in which users are compared: tamed, scaled, selected, compressed; the loss is stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import normalized_mutual_info_score

from learnlake.modelling.clustering import Matrix
from learnlake.segments.settings import Selection

DECILES = np.arange(0.1, 1.0, 0.1)
LOOKED_AT = 2_000


def tame(values: Matrix) -> Matrix:
    """Put heavy-tailed numbers on a log scale, their sign kept: sign(x) ln(1 + abs(x))."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)), dtype=np.float64)


def untame(values: Matrix) -> Matrix:
    """Undo :func:`tame`."""
    return np.asarray(np.sign(values) * np.expm1(np.abs(values)), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Preparation:
    """What was learned of the features of some users.

    Attributes:
        features: names, in the order of the columns of a raw matrix (users x features, NaN where missing).
        kept: places of the features that have a say.
        dropped: the others, each with why.
        means, deviations: of the tamed kept features.
        lows, highs: least and greatest raw value seen of each kept feature.
        axes: kept features x components; the identity where nothing is compressed.
        loss_share: share of the variance that the compression loses, 0..1.
    """

    features: tuple[str, ...]
    kept: tuple[int, ...]
    dropped: tuple[tuple[str, str], ...]
    means: Matrix
    deviations: Matrix
    lows: Matrix
    highs: Matrix
    axes: Matrix
    loss_share: float

    def __eq__(self, other: object) -> bool:
        """Compare by value, arrays too."""
        return isinstance(other, Preparation) and self.plain() == other.plain()

    def __hash__(self) -> int:
        return hash((self.features, self.kept))

    @classmethod
    def of(cls, raw: Matrix, features: tuple[str, ...], selection: Selection, seed: int) -> Self:
        """Learn from raw features (users x features).

        A missing value takes no part in the scales. A feature is dropped if its tamed values vary less than
        ``least_variance``, if it correlates more than ``most_correlation`` with one kept before it (those under ``always``
        come first), or if its deciles share less than ``least_information`` (normalised mutual information, 0..1) with a
        first clustering of all. What is left is compressed to the principal components that hold ``keep_variance``.
        """
        tamed = tame(raw)
        kept, dropped = _selected(tamed, features, selection, seed)
        chosen = tamed[:, kept]
        means, deviations = _scales(chosen)
        axes, loss = _axes(_scaled(chosen, means, deviations), selection.keep_variance)
        lows, highs = _extremes(raw[:, kept])
        return cls(features, tuple(kept), tuple(dropped), means, deviations, lows, highs, axes, loss)

    def scaled(self, raw: Matrix) -> Matrix:
        """Return users x kept features, in deviations from the mean user; a missing value is the mean."""
        return _scaled(tame(raw[:, list(self.kept)]), self.means, self.deviations)

    def points(self, raw: Matrix) -> Matrix:
        """Return users x components, where distances are taken."""
        return np.asarray(self.scaled(raw) @ self.axes, dtype=np.float64)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the kept features."""
        return tuple(self.features[place] for place in self.kept)

    def plain(self) -> dict[str, Any]:
        """Return everything as plain values."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: v.tolist() if isinstance(v, np.ndarray) else v for name, v in values.items()}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Undo :meth:`plain`, also after a way through JSON."""
        arrays = {name: np.array(values[name]) for name in ("means", "deviations", "lows", "highs")}
        axes = np.array(values["axes"]).reshape(len(values["kept"]), -1)
        return cls(
            features=tuple(values["features"]),
            kept=tuple(values["kept"]),
            dropped=tuple((name, why) for name, why in values["dropped"]),
            axes=axes,
            loss_share=values["loss_share"],
            **arrays,
        )


def _selected(
    tamed: Matrix, features: tuple[str, ...], selection: Selection, seed: int
) -> tuple[list[int], list[tuple[str, str]]]:
    """Return the places of the features to keep, in their order, and the others with why."""
    dropped: dict[str, str] = {}
    order = sorted(range(len(features)), key=lambda place: (features[place] not in selection.always, place))
    kept: list[int] = []
    for place in order:
        name, column = features[place], tamed[:, place]
        seen = column[np.isfinite(column)]
        if not len(seen):
            dropped[name] = "no user has a value"
        elif seen.var() <= selection.least_variance:
            dropped[name] = f"its variance {seen.var():.3g} is not above {selection.least_variance:g}"
        elif twin := _twin(tamed, place, kept, selection.most_correlation):
            other, r = twin
            dropped[name] = f"it correlates by {r:.3f} with {features[other]}"
        else:
            kept.append(place)
    if selection.least_information > 0 and len(kept) > 1:
        kept, silent = _telling(tamed, features, kept, (selection, seed))
        dropped |= silent
    return sorted(kept), [(name, dropped[name]) for name in features if name in dropped]


def _twin(tamed: Matrix, place: int, kept: list[int], most: float) -> tuple[int, float] | None:
    """Return a kept feature that says the same, and the correlation; nothing correlates by more than 1."""
    for other in kept if most < 1 else ():
        both = np.isfinite(tamed[:, place]) & np.isfinite(tamed[:, other])
        pair = tamed[both][:, [place, other]]
        if len(pair) > 2 and pair.std(axis=0).min() > 0:
            r = float(np.asarray(np.corrcoef(pair.T))[0, 1])
            if abs(r) > most:
                return other, r
    return None


def _telling(
    tamed: Matrix, features: tuple[str, ...], kept: list[int], how: tuple[Selection, int]
) -> tuple[list[int], dict[str, str]]:
    """Keep the features that tell something of a first clustering of all; those under ``always`` stay."""
    selection, seed = how
    some = tamed[:LOOKED_AT]
    chosen = some[:, kept]
    points = _scaled(chosen, *_scales(chosen))
    first = KMeans(min(8, len(np.unique(points, axis=0))), n_init=3, random_state=seed).fit_predict(points)
    silent: dict[str, str] = {}
    for number, place in enumerate(kept):
        bins = np.searchsorted(np.quantile(points[:, number], DECILES), points[:, number])
        told = float(normalized_mutual_info_score(bins, first))
        if told < selection.least_information and features[place] not in selection.always:
            silent[features[place]] = f"it shares {told:.3f} of its information with the clusters"
    return [place for place in kept if features[place] not in silent] or kept[:1], silent


def _scales(tamed: Matrix) -> tuple[Matrix, Matrix]:
    known = np.isfinite(tamed)
    counts = known.sum(axis=0)
    filled = np.where(known, tamed, 0.0)
    means = filled.sum(axis=0) / np.maximum(counts, 1)
    variances = np.where(known, (filled - means) ** 2, 0.0).sum(axis=0) / np.maximum(counts, 1)
    return means, np.where(variances > 0, np.sqrt(variances), 1.0)


def _scaled(tamed: Matrix, means: Matrix, deviations: Matrix) -> Matrix:
    return np.asarray(np.nan_to_num((tamed - means) / deviations, nan=0.0, posinf=0.0, neginf=0.0), dtype=np.float64)


def _extremes(raw: Matrix) -> tuple[Matrix, Matrix]:
    """Return least and greatest value of each column; a column that varies has some."""
    return np.nanmin(raw, axis=0, initial=np.inf), np.nanmax(raw, axis=0, initial=-np.inf)


def _axes(scaled: Matrix, keep: float) -> tuple[Matrix, float]:
    """Return the principal axes that hold a share of the variance, and the share lost.

    The sign of an axis is arbitrary: its greatest loading is made positive.
    """
    count = scaled.shape[1]
    if keep >= 1 or count < 2:
        return np.eye(count), 0.0
    centred = scaled - scaled.mean(axis=0)
    _, sizes, rows = np.linalg.svd(centred, full_matrices=False)
    held = np.cumsum(sizes**2) / (sizes**2).sum()
    needed = int(np.searchsorted(held, keep - 1e-12)) + 1
    axes = rows[:needed]
    signs = np.sign(axes[np.arange(needed), np.abs(axes).argmax(axis=1)])
    return np.round((axes * signs[:, None]).T, 12), float(1 - held[needed - 1])
