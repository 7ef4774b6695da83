"""Training of portrait scores: one model for each file of conf/scores whose weights are learned."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.metrics import average_precision_score

from learnlake.lake.stage import ModelNode, train
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import USER_DAYS
from learnlake.modelling.calibration import calibration_error
from learnlake.modelling.gate import Bar, Candidate
from learnlake.modelling.splits import in_share, sampled
from learnlake.portraits.models.weights import Weights
from learnlake.portraits.settings import Outcome, Score, Scores, fitted

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
WEIGHTS = ModelNode("portrait", Weights, per=fitted)
AHEAD_DAYS = 28
FITTED_SHARE = 0.7
HAD = "had_outcome_count"


@train(reads=(USER_FEATURES.at(every="28d", back=1), USER_DAYS), makes=WEIGHTS)
def weights(features: DataFrame, days: DataFrame, *, as_of: date, scores: Scores, file: str) -> Candidate:
    """Learn the weights of one score and judge them on users the fit has not seen.

    A learned score is fitted on features of 28 days before the train day against what users did from then on; a spread score
    on the features of the train day.
    """
    score = scores.files[file]
    if score.kind == "spread":
        return _spread(features.where(F.col("as_of_date") == F.lit(as_of)), score, file)
    start = as_of - timedelta(days=AHEAD_DAYS)
    earlier = features.where(F.col("as_of_date") == F.lit(start))
    if score.outcome is None:
        return Candidate(None, refusal=f"{file} is learned from no outcome")
    return _learned(with_outcome(earlier, days, score.outcome, start), score, file)


def with_outcome(users: DataFrame, days: DataFrame, outcome: Outcome, start: date) -> DataFrame:
    """Add how often each user did something in the days after ``start``, as ``had_outcome_count``; never is 0.

    Args:
        users: one row per user_id, with features as of ``start``.
        days: rows of silver.user_days.
        outcome: what counts, and for how many days; the first of them is the day after ``start``.
        start: the last day that the features know.
    """
    day = F.datediff("event_date", F.lit(start))
    later = days.where(day.between(1, outcome.within_days))
    had = later.groupBy("user_id").agg(F.sum(f"{outcome.event}_count").alias("_had"))
    joined = users.join(had, on="user_id", how="left")
    return joined.withColumn(HAD, F.coalesce("_had", F.lit(0))).drop("_had")


def _halves(users: DataFrame, file: str) -> tuple[DataFrame, DataFrame]:
    is_fitted = in_share("user_id", f"portraits: fit {file}", FITTED_SHARE)
    return users.where(is_fitted), users.where(~is_fitted)


def _learned(users: DataFrame, score: Score, file: str) -> Candidate:
    fit_on, rest = _halves(users, file)
    columns = list(dict.fromkeys((*score.features, score.rule, HAD)))
    judging = sampled(rest.select("user_id", *columns), "user_id", score.judge_on_users)
    judged = judging.toPandas()  # bounded by judge_on_users
    refusal = _too_few(fit_on, judged, score) or _unvarying(fit_on, score)
    if refusal:
        return Candidate(None, params=_params(score), refusal=refusal)
    model = Weights(score.features, HAD, at_most=score.fit_on_users).fit(fit_on)
    had = np.asarray(judged[HAD] > 0, dtype=np.int64)
    chance = 1 / (1 + np.exp(-model.score(judging).toPandas().set_index("user_id")["score"].loc[judged["user_id"]]))
    metrics = {
        "pr_auc": float(average_precision_score(had, chance)),
        "base_rate": float(had.mean()),
        "rule_pr_auc": rule_precision(judged[score.rule], had),
        "calibration_error": calibration_error(np.column_stack([1 - chance, chance]), had),
        "judged_users": float(len(judged)),
    }
    bars = (
        Bar("PR-AUC", metrics["pr_auc"], metrics["base_rate"], "share of the judged users with the outcome"),
        Bar("PR-AUC", metrics["pr_auc"], metrics["rule_pr_auc"], f"of {score.rule} alone, the better way round"),
        Bar("calibration", 1 - metrics["calibration_error"], 1 - score.most_calibration_error, "1 - greatest error"),
    )
    remark = "judged on users held out by a hash, in the same days: the outcome takes all days up to the train day"
    return Candidate(model, bars, {**metrics, **_weights_of(model)}, _params(score), remark)


def rule_precision(values: pd.Series[float], had: Labels) -> float:
    """Return the PR-AUC of one feature as it is or turned around, whichever is better; a missing value is the median.

    Taking the better one on the judging users favours the rule, so that it is no easier to beat than it would be.
    """
    numbers = values.astype(float)
    filled = numbers.fillna(numbers.median() if numbers.notna().any() else 0.0)
    return max(float(average_precision_score(had, way * filled)) for way in (1, -1))


def _too_few(fit_on: DataFrame, judged: pd.DataFrame, score: Score) -> str:
    """Say why there is too little to learn from or to judge by, or nothing."""
    row = fit_on.agg(F.count("user_id"), F.count(F.when(F.col(HAD) > 0, True))).first() or (0, 0)
    if row[0] < score.fewest_users:
        return (
            f"fewer than {score.fewest_users} users to fit on with features of 28 days before the train day: {row[0]}"
        )
    found = min(row[1], row[0] - row[1], int((judged[HAD] > 0).sum()), int((judged[HAD] <= 0).sum()))
    if found < score.fewest_outcomes:
        return f"fewer than {score.fewest_outcomes} users with or without the outcome to fit on or to judge by: {found}"
    return ""


def _unvarying(users: DataFrame, score: Score, at_least: int = 1) -> str:
    """Say that too few features vary, or nothing."""
    values = users.agg(*(F.count_distinct(F.col(name)).alias(name) for name in score.features)).first()
    varying = sum(1 for value in values or () if value > 1)
    few = f"{varying} of {', '.join(score.features)} vary between users, and {at_least} must"
    return few if varying < at_least else ""


def _spread(users: DataFrame, score: Score, file: str) -> Candidate:
    fit_on, rest = _halves(users, file)
    judging = sampled(rest, "user_id", score.judge_on_users)
    count = len(fit_on.take(score.fewest_users))
    if count < score.fewest_users:
        return Candidate(None, refusal=f"fewer than {score.fewest_users} users to fit on: {count}")
    refusal = _unvarying(fit_on, score, at_least=2)
    if refusal:
        return Candidate(None, params=_params(score), refusal=refusal)
    model = Weights(score.features, "", score.upward or "", score.fit_on_users).fit(fit_on)
    points = model.scaled(judging).drop("user_id").toPandas().to_numpy(dtype=float)  # bounded by judge_on_users
    share, edge = explained(points, np.array(model.weights_)), noise_edge(points)
    metrics = {
        "explained_share": share,
        "fitted_explained_share": model.explained_share_,
        "noise_share": edge,
        "judged_users": float(len(points)),
    }
    bar = Bar("share of the spread along one line", share, edge, "that features without any connection would reach")
    remark = "it says how users differ, not what matters; judged on users held out by a hash"
    return Candidate(model, (bar,), {**metrics, **_weights_of(model)}, _params(score), remark)


def explained(points: Matrix, line: Matrix) -> float:
    """Return the share of the variance of points (users x features) that lies along a line; 0 where nothing varies."""
    whole = float(points.var(axis=0).sum()) if len(points) else 0.0
    return float((points @ line).var() / (line @ line)) / whole if whole > 0 else 0.0


def noise_edge(points: Matrix) -> float:
    """Return the share that the first component of as many unconnected features would have: (1 + sqrt(p / n))^2 / p.

    Only features that vary count. 1 where there are none or no users, which nothing exceeds.

    Source: Marchenko and Pastur (1967), Mathematics of the USSR-Sbornik 1(4), the upper edge for correlation matrices.
    """
    count = int((points.std(axis=0) > 0).sum()) if len(points) else 0
    return float((1 + np.sqrt(count / len(points))) ** 2 / count) if count else 1.0


def _weights_of(model: Weights) -> dict[str, float]:
    return {f"weight_{name}": weight for name, weight in zip(model.features, model.weights_, strict=True)}


def _params(score: Score) -> dict[str, str]:
    said = {"kind": score.kind, "features": ", ".join(score.features)}
    return {
        **said,
        **({"outcome": f"{score.outcome.event} in {score.outcome.within_days} days"} if score.outcome else {}),
    }
