"""Training of the behaviour scheme: choose k, fit, match to the last published cut, judge on a later day."""

from __future__ import annotations

import re
from datetime import date, timedelta

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy.optimize import linear_sum_assignment

from learnlake.lake.stage import ModelNode, train
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.modelling.clustering import Choice, Labels, Matrix, choose_k, silhouette
from learnlake.modelling.gate import Bar, Candidate
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.splits import in_share, sampled
from learnlake.segments.models.kmeans import KMeansSegments
from learnlake.segments.rules.names import named
from learnlake.segments.settings import TRAINED, Scheme, Schemes

SCHEME = TRAINED
SEGMENTER = ModelNode("segments_behaviour", KMeansSegments)
SAME_SEGMENT = 0.3
RFM = ("idle_days", "ever_active_days", "ever_spend_amount")


@train(reads=(USER_FEATURES.at(every="28d", back=1),), makes=SEGMENTER)
def behaviour(
    features: DataFrame, *, as_of: date, schemes: Schemes, settings: ModelSettings, current: KMeansSegments | None
) -> Candidate:
    """Cluster users by behaviour, on features of 28 days before the train day, and judge on those of the train day.

    Where the lake is too young for an earlier day, half of the users are fitted and the other half judge, and the remark says so.
    """
    scheme = schemes.files[SCHEME]
    fit_on, judge_on, remark = _split(features, as_of, scheme)
    sample = sampled(fit_on, "user_id", scheme.choose_on_users)
    unfitted = KMeansSegments(scheme.features, 2, settings.seed, scheme.fit_on_users)
    scaled = unfitted.fit(fit_on) if fit_on.take(scheme.fewest_users)[scheme.fewest_users - 1 :] else None
    if scaled is None:
        return Candidate(
            None, refusal=f"fewer than {scheme.fewest_users} users to fit on: too few to look for segments"
        )
    choice = choose_k(_points(scaled, sample), range(scheme.k_from, scheme.k_to + 1), scheme.references, settings.seed)
    metrics = {
        **{f"silhouette_k{k}": s for k, s in choice.silhouettes.items()},
        "reference_silhouette": choice.reference,
        "stability": choice.stability,
    }
    refusal = no_structure(choice, scheme)
    if refusal:
        return Candidate(None, metrics=metrics, params=_params(scheme, choice), refusal=refusal)
    fitted = KMeansSegments(scheme.features, choice.k, settings.seed, scheme.fit_on_users).fit(fit_on)
    model = fitted.identified(
        *identities(fitted, current, _points(fitted, sample), _points(current, sample) if current else None)
    )
    bars, judged = _judged(model, sampled(judge_on, "user_id", scheme.choose_on_users), scheme, choice)
    return Candidate(model, bars, {**metrics, **judged}, _params(scheme, choice), remark)


def _split(features: DataFrame, as_of: date, scheme: Scheme) -> tuple[DataFrame, DataFrame, str]:
    earlier = features.where(F.col("as_of_date") == F.lit(as_of - timedelta(days=28)))
    later = features.where(F.col("as_of_date") == F.lit(as_of))
    if len(earlier.take(scheme.fewest_users)) >= scheme.fewest_users:
        return earlier, later, "fitted on features of 28 days before the train day, judged on those of the train day"
    is_fitted = in_share("user_id", "segments: fit or judge", 0.5)
    return (
        later.where(is_fitted),
        later.where(~is_fitted),
        "judged on other users of the same day: the lake is too young for a later one",
    )


def no_structure(choice: Choice, scheme: Scheme) -> str:
    """Say why a clustering would be of noise, or nothing.

    There is structure if the best silhouette reaches ``least_silhouette``, exceeds by ``least_margin`` whatever any k reaches on references
    without structure (uniform, and each feature shuffled on its own), and bootstrap samples are cut alike.
    """
    best = choice.silhouettes[choice.k]
    if best < scheme.least_silhouette:
        return f"no structure: the best silhouette is {best:.3f} (k = {choice.k}), below {scheme.least_silhouette}"
    if best <= choice.reference + scheme.least_margin:
        return (
            f"no structure: the best silhouette {best:.3f} (k = {choice.k}) is not {scheme.least_margin} above that of "
            f"references without structure, {choice.reference:.3f}"
        )
    if choice.stability < scheme.least_stability:
        return f"no structure: bootstrap samples agree by {choice.stability:.3f} (adjusted Rand index), below {scheme.least_stability}"
    return ""


def _points(model: KMeansSegments, sample: DataFrame) -> Matrix:
    """Return scaled points; the sample is bounded by ``choose_on_users``."""
    return model.scaled(sample).drop("user_id").toPandas().to_numpy(dtype=float)


def identities(
    model: KMeansSegments, current: KMeansSegments | None, points: Matrix, current_points: Matrix | None
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Give each cluster the id and name of the published segment it overlaps most, and new ones to the rest.

    The overlap is the Jaccard index of the members among the sample; the pairing that adds up to most is taken (assignment
    problem), and a pair below ``SAME_SEGMENT`` is none.
    """
    names = named(model.apart())
    if current is None or current_points is None:
        return _fresh_ids(names, ()), names
    overlap = _overlap(model.labels(points), current.labels(current_points), model.k, current.k)
    kept = {
        new: old for new, old in zip(*linear_sum_assignment(-overlap), strict=True) if overlap[new, old] >= SAME_SEGMENT
    }
    fresh = _fresh_ids(tuple(name for place, name in enumerate(names) if place not in kept), current.segment_ids_)
    ids, out, rest = [], [], iter(fresh)
    for place, name in enumerate(names):
        old = kept.get(place)
        ids.append(next(rest) if old is None else current.segment_ids_[old])
        out.append(name if old is None else (current.names_[old], current.names_zh_[old]))
    return tuple(ids), tuple(out)


def _fresh_ids(names: tuple[tuple[str, str], ...], taken: tuple[str, ...]) -> tuple[str, ...]:
    """Make ids of English names; a number follows where the plain one was ever given."""
    ids: list[str] = []
    for english, _ in names:
        plain = re.sub(r"[^a-z0-9]+", "_", english.removeprefix("users who ").lower()).strip("_")
        number = 1
        while (made := plain if number == 1 else f"{plain}_{number}") in (*taken, *ids):
            number += 1
        ids.append(made)
    return tuple(ids)


def _overlap(new: Labels, old: Labels, new_k: int, old_k: int) -> Matrix:
    out = np.zeros((new_k, old_k))
    for n in range(new_k):
        for o in range(old_k):
            either = np.sum((new == n) | (old == o))
            out[n, o] = np.sum((new == n) & (old == o)) / either if either else 0.0
    return out


def _judged(
    model: KMeansSegments, users: DataFrame, scheme: Scheme, choice: Choice
) -> tuple[tuple[Bar, ...], dict[str, float]]:
    """Compare the silhouette on the judging users with that of as many quantiles of recency, frequency and money."""
    rows = users.select("user_id", *dict.fromkeys((*scheme.features, *RFM))).toPandas()  # bounded by choose_on_users
    points = _points(model, users)
    found = silhouette(points, model.labels(points))
    rank = rows[list(RFM)].astype(float).rank(pct=True)
    score = (1 - rank["idle_days"]) + rank["ever_active_days"] + rank["ever_spend_amount"]
    quantiles = (score.rank(pct=True, method="first").to_numpy() * model.k).clip(0, model.k - 1e-9).astype(np.int64)
    baseline = silhouette(points, quantiles)
    bars = (
        Bar("silhouette", found, baseline, "of as many RFM quantiles, same users"),
        Bar("stability", choice.stability, scheme.least_stability, "least agreement of bootstrap samples"),
    )
    return bars, {"silhouette": found, "rfm_silhouette": baseline, "judged_users": float(len(rows))}


def _params(scheme: Scheme, choice: Choice) -> dict[str, str]:
    return {"features": ", ".join(scheme.features), "k": str(choice.k), "references": str(scheme.references)}
