"""Learning to rank the candidates of one placement, and judging it beside what is simple."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from learnlake.modelling.binary import calibration_error, perfect_error
from learnlake.modelling.boosting import Growth, boost
from learnlake.modelling.calibration import calibrate
from learnlake.recommend.lists.models.ranker import BLEND, TIES, TREES, Ranker
from learnlake.recommend.lists.rules.candidates import FEATURES, Candidates
from learnlake.recommend.lists.rules.judging import Trial, interval, mean
from learnlake.recommend.lists.settings import FINDERS, ListSettings

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
WAYS = {"popular": "popularity", "segment": "popularity in the segment", "own": "repeat", "similar": "item-kNN"}
GROWTH = Growth(depth=4, step=0.1, least_weight=5.0, rounds=200)
FIT = 80  # of 100 buckets of users: to fit by; the rest to stop and to choose by
CALIBRATE = 50  # of 100 buckets on the judged day: to calibrate by; the rest judge the calibration
PENALTY = 1.0


@dataclass(frozen=True)
class Past:
    """Candidates of a past day and what came of them.

    Attributes:
        found: the candidates.
        trial: what was taken of them.
        buckets: of each user, 0 to 99 by hash.
        groups: of each user, by which quality is told: cold or warm, and the segment.
        new_taken: how often items that were new in the catalogue were taken, candidates or not.
    """

    found: Candidates
    trial: Trial
    buckets: NDArray[np.int64]
    groups: dict[str, NDArray[np.object_]]
    new_taken: int = 0

    def recall_of_new(self, scores: Vector, new_days: int) -> dict[str, float]:
        """Return the share found of what was taken of items so new that hardly anybody can have turned to them; nothing if none was taken."""
        if not self.new_taken:
            return {}
        is_new = self.found.features[:, FEATURES.index("age_days")] < new_days
        return {
            "recall_of_new_items": self.trial.hits(scores, is_new) / self.new_taken,
            "taken_new_items": float(self.new_taken),
        }


@dataclass(frozen=True)
class Verdict:
    """What came of a placement.

    Attributes:
        ranker: the one to publish: the learned one, or the best simple way where that did no worse.
        metrics: all that was measured.
        ours, theirs: nDCG of the ranker that is published, and of the best simple way.
        words: why.
    """

    ranker: Ranker
    metrics: dict[str, float]
    ours: float
    theirs: float
    words: str


def taught(past: Past, settings: ListSettings) -> Ranker | str:
    """Learn how to rank from a past day, or say why there is nothing to learn from.

    Trees where enough was taken, beside a weighted blend of the finders; what ranks better for other users of the same day is kept.
    """
    label = past.trial.taken
    fit = past.buckets[past.found.user] < FIT
    stop = ~fit
    if min(int(label[part].sum()) for part in (fit, stop)) < settings.fewest_judged / 6:
        return f"only {int(label.sum())} candidates were taken on the day to learn from"
    if label[fit].all():
        return f"all {int(fit.sum())} candidates were taken on the day to learn from: there is nothing to tell apart"
    rankers = [_blend(past.found.features[fit], label[fit])]
    if label.sum() >= settings.fewest_taken:
        trees = boost(
            (past.found.features[fit], label[fit]), (past.found.features[stop], label[stop]), GROWTH, settings.seed
        )
        rankers.append(Ranker(TREES, trees=trees))
    best = max(rankers, key=lambda own: _ndcg_of(past, own, stop))
    worth = tuple(round(float(mean(past.trial.ndcg(_alone(past, at)))), 6) for at in range(len(FINDERS)))
    return replace(best, worth=worth)


def _blend(features: Matrix, label: Vector) -> Ranker:
    """Weigh the finders by logistic regression; a finder is never held against an item."""
    shares = features[:, : len(FINDERS)]
    kept = np.arange(shares.shape[1])
    while True:
        fitted = LogisticRegression(C=1 / PENALTY, max_iter=500).fit(shares[:, kept], label)
        if (fitted.coef_[0] >= 0).all() or len(kept) == 1:
            break
        kept = kept[fitted.coef_[0] >= 0] if (fitted.coef_[0] >= 0).any() else kept[:1]
    weights = np.zeros(shares.shape[1])
    weights[kept] = fitted.coef_[0]
    return Ranker(BLEND, weights=(*(round(float(w), 9) for w in weights), round(float(fitted.intercept_[0]), 9)))


def _ndcg_of(past: Past, ranker: Ranker, part: NDArray[np.bool_]) -> float:
    scores = np.where(part, ranker.scores(past.found.features), -np.inf)
    users = np.unique(past.found.user[part])
    judged = np.isin(np.flatnonzero(past.trial.truths > 0), users)
    return mean(past.trial.ndcg(scores)[judged])


def _alone(past: Past, finder: int) -> Vector:
    """Return what one finder says; what it does not name comes last, by the item's place."""
    return past.found.features[:, finder]


def judged(ranker: Ranker | str, past: Past, settings: ListSettings) -> Verdict:
    """Judge a ranker on a later day beside popularity, repeat and item-kNN; it is kept if better than each by more than noise.

    How often things are taken changes from one day to another more than their order does: the chances are calibrated on half of the users
    of the judged day, and judged on the other half.
    """
    trial = past.trial
    alone = {name: trial.ndcg(_alone(past, at)) for at, name in enumerate(FINDERS)}
    metrics = {f"ndcg_{name}": mean(values) for name, values in alone.items()}
    best = max(WAYS, key=lambda name: metrics[f"ndcg_{name}"])
    theirs = metrics[f"ndcg_{best}"]
    people = int((trial.truths > 0).sum())
    metrics["judged_users"] = float(people)
    if people < settings.fewest_judged:
        why = f"only {people} users took anything on the days to judge by"
        return Verdict(Ranker(), metrics, metrics["ndcg_segment"], theirs, f"popularity in the segment, for {why}")
    simple = Ranker(by=best, worth=tuple(1.0 if name == best else TIES.get(name, 0.0) for name in FINDERS))
    if isinstance(ranker, str):
        return Verdict(simple, metrics, theirs, theirs, f"{WAYS[best]}, for {ranker}")
    scores = ranker.scores(past.found.features)
    ours = trial.measures(scores)
    low, high = interval(ours["ndcg"] - alone[best], settings.seed)
    metrics |= {name: mean(values) for name, values in ours.items()}
    metrics |= trial.exposure(scores, len(past.found.columns)) | past.recall_of_new(scores, settings.new_days)
    metrics |= dict(zip(("ndcg_low", "ndcg_high"), interval(ours["ndcg"], settings.seed), strict=True))
    metrics |= {
        "gain_low": low,
        "gain_high": high,
        **_silenced(ranker, past, metrics["ndcg"]),
        **_by_group(ours["ndcg"], past),
    }
    ranker, told = _calibrated(ranker, scores, past, settings.seed)
    metrics |= told
    said = f"{ranker.learner}, nDCG {metrics['ndcg']:.3f} beside {theirs:.3f} of {WAYS[best]}"
    if low <= 0:
        return Verdict(simple, metrics, theirs, theirs, f"{WAYS[best]}, for {said}, is no more than noise")
    return Verdict(ranker, metrics, metrics["ndcg"], theirs, said)


def _silenced(ranker: Ranker, past: Past, whole: float) -> dict[str, float]:
    """Return what the nDCG loses when one finder falls silent: the ranker is as it is, and what only that finder named is gone."""
    shares = past.found.shares()
    out = {}
    for at, name in enumerate(FINDERS):
        features = past.found.features.copy()
        features[:, at] = 0
        named = (np.delete(shares, at, axis=1) > 0).any(axis=1)
        scores = np.where(named, ranker.scores(features), -np.inf)
        out[f"loss_without_{name}"] = whole - mean(past.trial.ndcg(scores))
    return out


def _by_group(ndcg: Vector, past: Past) -> dict[str, float]:
    out = {}
    judged_users = past.trial.truths > 0
    for kind, names in sorted(past.groups.items()):
        own = names[judged_users]
        for name in sorted(set(own) - {""}):
            out[f"ndcg_{kind}_{name}"] = mean(ndcg[own == name])
            out[f"users_{kind}_{name}"] = float((own == name).sum())
    return out


def _calibrated(ranker: Ranker, scores: Vector, past: Past, seed: int) -> tuple[Ranker, dict[str, float]]:
    """Return the ranker with chances, and how far they are off for other users, beside what a perfect model would show."""
    label = past.trial.taken.astype(np.int64)
    fit = past.buckets[past.found.user] < CALIBRATE
    if len(np.unique(label[fit])) < 2 or not (~fit).any():
        return ranker, {}
    found = replace(ranker, calibration=calibrate(np.column_stack([np.zeros(int(fit.sum())), scores[fit]]), label[fit]))
    chances = found.chances(scores)
    told = {
        "calibration_error": calibration_error(label[~fit], chances[~fit]),
        "perfect_calibration_error": perfect_error(chances[~fit], seed, calibrated=chances[fit]),
        "taken_share": mean(past.trial.taken),
    }
    return found, told
