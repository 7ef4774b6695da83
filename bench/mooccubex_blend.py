"""Lists judged in memory, a weighted sum of sources, and a boosted ranker over what the sources say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from mooccubex_sources import Scores

Places = NDArray[np.int64]
CANDIDATES = 100
STEPS = (0.0, 0.5, 0.8, 1.25, 2.0)


def top(scores: Scores, known: Any, at_most: int) -> Places:
    """Return the courses with the highest scores that are not known, best first, ties to the lower number; users x at_most."""
    held = scores.copy()
    held[known.nonzero()] = -np.inf
    found = np.argpartition(-held, at_most, axis=1)[:, :at_most]
    edge = np.take_along_axis(held, found, axis=1).min(axis=1, keepdims=True)
    is_tied = np.count_nonzero(held >= edge, axis=1) > at_most  # more than there is room for
    found[is_tied] = np.argsort(-held[is_tied], axis=1, kind="stable")[:, :at_most]
    found.sort(axis=1)
    order = np.argsort(-np.take_along_axis(held, found, axis=1), axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)


def ndcg(lists: Places, truth: Any) -> NDArray[np.float64]:
    """Return nDCG of each user with a truth, as ``modelling.metrics`` defines it."""
    wanted = np.diff(truth.indptr)
    hit = np.take_along_axis(truth.toarray() > 0, lists, axis=1)
    discount = 1 / np.log2(np.arange(2, lists.shape[1] + 2))
    ideal = np.concatenate(([0.0], np.cumsum(discount)))[np.minimum(wanted, lists.shape[1])]
    return (hit @ discount)[wanted > 0] / ideal[wanted > 0]


def normalised(scores: Scores, known: Any) -> Scores:
    """Return scores less their mean over the courses that the user does not know, in standard deviations."""
    held = scores.astype(np.float32, copy=True)
    held[known.nonzero()] = np.nan
    held = (held - np.nanmean(held, axis=1, keepdims=True)) / (np.nanstd(held, axis=1, keepdims=True) + 1e-9)
    return np.nan_to_num(held)


def summed(scores: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    """Return the weighted sum of normalised scores."""
    out = np.zeros_like(next(iter(scores.values())))
    for name, weight in weights.items():
        if weight:
            out += np.float32(weight) * scores[name]
    return out


def weighed(scores: Mapping[str, Scores], known: Any, truth: Any, start: Mapping[str, float]) -> dict[str, float]:
    """Search weights one after another, round after round, until no step betters nDCG@20."""
    weights, found = dict(start), float(ndcg(top(summed(scores, start), known, 20), truth).mean())
    for _ in range(3):
        before = found
        for name in weights:
            for step in STEPS if weights[name] else (0.1,):
                tried = {**weights, name: weights[name] * step if weights[name] else step}
                value = float(ndcg(top(summed(scores, tried), known, 20), truth).mean())
                if value > found + 1e-6:
                    found, weights = value, tried
        if found < before + 1e-5:
            break
    return weights


@dataclass(frozen=True)
class Rows:
    """The candidates of users, features of each, and how many a user has."""

    lists: Places
    features: NDArray[np.float32]


def rows(scores: Mapping[str, Scores], blend: Scores, known: Any) -> Rows:
    """Return the candidates of each user by the blend, with what every source says of them.

    Features: each source's normalised score and its place among the candidates, the blend, its lead over the next, how many courses the user has.
    """
    lists = top(blend, known, CANDIDATES)
    said = [np.take_along_axis(held, lists, axis=1) for held in (*scores.values(), blend)]
    places = [np.argsort(np.argsort(-held, axis=1, kind="stable"), axis=1).astype(np.float32) for held in said]
    many = np.repeat(np.diff(known.indptr)[:, None], CANDIDATES, axis=1).astype(np.float32)
    return Rows(lists, np.stack([*said, *places, many], axis=2))


def ranker(held: Rows, truth: Any, seed: int) -> xgb.Booster:
    """Grow trees that tell the chance of a candidate; every fifth user says when to stop."""
    labels = np.take_along_axis(truth.toarray(), held.lists, axis=1)
    is_stop = np.arange(len(labels)) % 5 == 0
    parts = []
    for chosen in (~is_stop, is_stop):
        flat = held.features[chosen].reshape(-1, held.features.shape[2])
        users = np.repeat(np.arange(chosen.sum()), CANDIDATES)
        parts.append(xgb.DMatrix(flat, label=labels[chosen].ravel(), qid=users))
    params = {
        "objective": "binary:logistic", "eval_metric": "ndcg@20", "max_depth": 5, "learning_rate": 0.08, "subsample": 0.8,
        "colsample_bytree": 0.6, "min_child_weight": 30, "reg_lambda": 5.0, "tree_method": "hist", "seed": seed, "nthread": 2,
    }  # fmt: skip
    return xgb.train(
        params, parts[0], 600, evals=[(parts[1], "stop")], early_stopping_rounds=40, verbose_eval=False
    )  # fmt: skip


def reranked(model: xgb.Booster, held: Rows) -> Places:
    """Return the candidates in the order of the ranker."""
    flat = held.features.reshape(-1, held.features.shape[2])
    best = (0, model.best_iteration + 1)
    said = model.predict(xgb.DMatrix(flat), iteration_range=best).reshape(held.lists.shape)
    order = np.argsort(-said, axis=1, kind="stable")
    return np.take_along_axis(held.lists, order, axis=1)
