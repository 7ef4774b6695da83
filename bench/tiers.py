"""Tiers of experience in a real survey: MLlib's learners beside scikit-learn's, on the same rows and features.

The survey is Stack Overflow's of 2016: ``python bench/tiers.py --data <folder that holds stackoverflow_2016>``. What a respondent says
of their years of experience makes the tier: below 2 years junior, 2 to 5 intermediate, 6 and more senior. Neither these
answers nor their age may be features; their gender, and the site that sent them, are left out as well.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from learnlake.modelling.classification import Quality, measure
from learnlake.modelling.encoding import Encoder, lists, mapped
from learnlake.modelling.learners import LEARNERS, Knobs
from learnlake.modelling.splits import in_share, sampled
from learnlake.segments.models.tiers import Tiers, compare
from learnlake.session import SparkSettings, start

TIER_OF = {
    "Less than 1 year": "junior",
    "1 - 2 years": "junior",
    "2 - 5 years": "intermediate",
    "6 - 10 years": "senior",
    "11+ years": "senior",
}
TIERS = ("junior", "intermediate", "senior")
NO_ANSWER = ("Prefer not to disclose", "Rather not say", "Other (please specify)", "other", "Other", "")
NUMERIC = ("salary_midpoint", "big_mac_index", "programming_ability")
OPINIONS = (
    *("agree_tech", "agree_notice", "agree_problemsolving", "agree_diversity", "agree_adblocker", "agree_alcohol"),
    *("agree_loveboss", "agree_nightcode", "agree_legacy", "agree_mars", "important_variety", "important_control"),
    *("important_sameend", "important_newtech", "important_buildnew", "important_buildexisting"),
    *("important_promotion", "important_companymission", "important_wfh", "important_ownoffice"),
)
CATEGORICAL = (
    *("country", "occupation", "employment_status", "industry", "company_size_range", "team_size_range"),
    *("women_on_team", "remote", "job_satisfaction", "job_discovery", "commit_frequency", "hobby", "desktop_os"),
    *("unit_testing", "rep_range", "visit_frequency", "why_learn_new_tech", "open_to_new_job"),
    *("job_search_annoyance", "interview_likelihood", *OPINIONS),
)
MULTIPLE = (
    *("tech_do", "tech_want", "dev_environment", "self_identification", "education", "new_job_value"),
    *("how_to_improve_interview_process", "developer_challenges", "why_stack_overflow"),
)
JUDGED_SHARE = 0.3
THRESHOLD = 0.6
SEED = 7


def respondents(spark: SparkSession, data: Path, at_most: int) -> DataFrame:
    """Return one row a respondent who says how long they have programmed: user_id, features, tier."""
    raw = spark.read.parquet((data / "stackoverflow_2016" / "stack_survey.parquet").as_posix())
    tier = F.coalesce(*(F.when(F.col("experience_range") == said, name) for said, name in TIER_OF.items()))
    answers = raw.select(
        F.col("respondent_id").cast("string").alias("user_id"),
        *NUMERIC,
        *(_answered(F.col(name)).alias(name) for name in CATEGORICAL),
        *(_chosen(name).alias(name) for name in MULTIPLE),
        tier.alias("tier"),
    ).where(F.col("tier").isNotNull())
    return sampled(answers, "user_id", at_most)


def _answered(value: Column) -> Column:
    return F.when(~value.isin(list(NO_ANSWER)), value)


def _chosen(name: str) -> Column:
    members = F.filter(F.split(name, "; "), lambda member: ~member.isin(list(NO_ANSWER)))
    return F.when(F.size(members) > 0, members)


def references(knobs: Knobs, rows: int) -> dict[str, Any]:
    """Return scikit-learn's model of each learner with the same settings, as far as it has them."""
    strength = 1 / (knobs.penalty * rows)
    return {
        "decision_tree": DecisionTreeClassifier(
            max_depth=knobs.tree_depth, min_samples_leaf=knobs.least_rows, random_state=SEED
        ),
        "logistic_regression": make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=500)),
        "linear_svm": make_pipeline(StandardScaler(), CalibratedClassifierCV(LinearSVC(C=strength), cv=3)),
        "random_forest": RandomForestClassifier(
            knobs.forest_trees, max_depth=knobs.forest_depth, min_samples_leaf=knobs.least_rows, random_state=SEED
        ),
        "gradient_boosted_trees": HistGradientBoostingClassifier(
            max_iter=knobs.boosting_rounds,
            max_depth=knobs.boosting_depth,
            learning_rate=knobs.boosting_step,
            min_samples_leaf=knobs.least_rows,
            early_stopping=False,
            random_state=SEED,
        ),
    }


def matrix_of(users: DataFrame, encoder: Encoder) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the encoded features and the places of the tiers; the survey has 49,520 such respondents at most."""
    label = F.array_position(F.array(*map(F.lit, TIERS)), F.col("tier")).cast("int") - 1
    made = mapped(
        users.withColumn("label", label),
        encoder,
        ("label",),
        lambda matrix: {"x": lists(matrix)},
        "label int, x array<double>",
    ).toArrow()
    labels = made.column("label").to_numpy().astype(np.int64)
    return np.vstack([chunk.flatten().to_numpy().reshape(len(chunk), -1) for chunk in made.column("x").chunks]), labels


def reference_rows(
    known: DataFrame, judged: DataFrame, knobs: Knobs, learners: tuple[str, ...]
) -> Iterator[tuple[str, Quality, float]]:
    """Fit scikit-learn on all known respondents; yield learner, quality and seconds of the fit on a ready matrix."""
    encoder = Encoder(NUMERIC, CATEGORICAL, MULTIPLE).learn(known)
    (x, y), (judged_x, judged_y) = matrix_of(known, encoder), matrix_of(judged, encoder)
    print(f"{len(y):,} known, {len(judged_y):,} judged, {x.shape[1]} encoded features")
    models = references(knobs, len(y))
    for learner in learners:
        began = time.monotonic()
        model = models[learner].fit(x, y)
        seconds = time.monotonic() - began
        yield learner, measure(model.predict_proba(judged_x), judged_y, THRESHOLD, SEED), seconds


def line(name: str, quality: Quality, seconds: float, ratio: str = "") -> str:
    """Return one row of the table."""
    interval = f"{quality.f1_macro_low:.3f}..{quality.f1_macro_high:.3f}"
    numbers = f"{quality.accuracy:.3f}  {quality.recall_macro:.3f}  {quality.f1_macro:.3f}  {interval}"
    held = f"{quality.calibration_error:.3f}  {quality.log_loss:.3f}  {quality.placed_share:.3f}"
    placed = "    -" if quality.placed_accuracy is None else f"{quality.placed_accuracy:.3f}"
    return f"{name:<38}{numbers}  {held}  {placed}  {seconds:8.1f}  {ratio}"


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--data", type=Path, default=Path(os.environ.get("DATA", "data")))
    words.add_argument("--respondents", type=int, default=60_000, help="at most so many, chosen by hash")
    words.add_argument("--learners", nargs="+", choices=LEARNERS, default=LEARNERS)
    given = words.parse_args()
    spark = start(SparkSettings())
    people = respondents(spark, given.data, given.respondents).cache()
    is_judged = in_share("user_id", "bench: tiers judged", JUDGED_SHARE)
    known, judged = people.where(~is_judged), people.where(is_judged)
    base = Tiers(NUMERIC, CATEGORICAL, MULTIPLE, TIERS, LEARNERS[0], SEED, THRESHOLD)
    print("A survey has no time: 30 % of the respondents are held out by a hash of their id.")
    print(
        "Ours fits on three quarters of the known and calibrates on one; its seconds hold sampling, encoding and calibration."
    )
    theirs = {name: (q, s) for name, q, s in reference_rows(known, judged, base.knobs, tuple(given.learners))}
    found = compare(known, judged, base, tuple(given.learners))
    print(f"{'':<38}accur.  recall  F1     95 % of F1    ECE    loss   placed  right    seconds  ours / theirs")
    for ours in found.measured:
        quality, seconds = theirs.get(ours.learner, (None, 0.0))
        ratio = f"{ours.fit_seconds / seconds:.1f}" if quality else ""
        print(line(ours.learner, ours.quality, ours.fit_seconds, ratio))
        if quality:
            print(line("  scikit-learn's", quality, seconds))
    print(f"The winner is {found.winner}.")


if __name__ == "__main__":
    main()
