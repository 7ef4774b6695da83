"""Which students will withdraw or fail, from their first 4, 8 and 12 weeks: earlier presentations teach, the last one judges.

The rows are enrolments that still run when the weeks are over, from the lake of OULAD. 2013B, 2014B and half the students of 2013J learn, a quarter of
2013J tunes, a quarter calibrates, for its season is that of 2014J, which judges: 9,000 enrolments of later time.

Clicks are known of 4 of 22 presentations only; of those of 2014J only AAA has any, so that the table is without them. ``--clicks`` is a table of its own: BBB
2013B and AAA 2013J learn, BBB 2013J and AAA 2014J judge. Published figures (accuracy .8346, F1 .8430) used ten times the clicks and another cut of
time and classes: accuracy here may be read beside the base rate only.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.lake.joins import latest
from learnlake.lake.tables.silver import ACCOUNTS, EVENTS, ITEMS
from learnlake.modelling.batches import Kinds, one_batch, selected
from learnlake.modelling.gate import Candidate, judge
from learnlake.modelling.judging import Terms
from learnlake.modelling.learning import Rows, Task, candidate_of
from learnlake.options import opened

NUMERIC = (
    *("studied_credits", "earlier_attempts", "days_registered_before", "earlier_completed", "earlier_cancelled"),
    *("handed_in_count", "missed_count", "late_count", "mean_score", "last_score", "mean_days_early", "due_count"),
    *("handed_in_share", "days_since_hand_in"),
)
BESIDE_FELLOWS = (
    *(
        "handed_in_count",
        "missed_count",
        "late_count",
        "mean_score",
        "last_score",
        "mean_days_early",
        "days_since_hand_in",
    ),
)
CLICKS = ("click_count", "click_days", "click_idle_days")
WORDS = ("module", "season", "education")
RELATIVE = tuple(f"{name}_beside_fellows" for name in BESIDE_FELLOWS)
KINDS: Kinds = ((*NUMERIC, *RELATIVE), WORDS, ())
CLICKED: Kinds = ((*NUMERIC, *RELATIVE, *CLICKS), WORDS, ())
COVERED = {"BBB/2013B": "", "AAA/2013J": "", "BBB/2013J": "test", "AAA/2014J": "test"}
LEARNERS = ("logistic_regression", "xgboost")
SIMPLE = ("missed_count", "mean_score", "studied_credits")
KEY = ["account_id", "course"]


def enrolments(events: DataFrame, items: DataFrame, accounts: DataFrame, weeks: int) -> DataFrame:
    """Return one row per enrolment that still runs after so many weeks: what was known then, and how it ended.

    Args:
        events: rows of silver.events of OULAD.
        items: rows of silver.items.
        accounts: rows of silver.accounts.
        weeks: since the first day of the presentation.

    Returns:
        account_id, course, presentation, the columns of ``KINDS``, is_at_risk (not completed in the end) and is_withdrawing
        (cancelled after these weeks).
    """
    days = events.select("account_id", "event_type", "item_id", "event_date", "score", "quantity", "attributes")
    taken = _taken(days, weeks)
    ends = days.where(F.col("event_type").isin("cancel", "complete")).select(
        "account_id", F.col("item_id").alias("course"), "event_type", F.col("event_date").alias("_ended")
    )
    finished = ends.groupBy(*KEY).agg(
        F.min(F.when(F.col("event_type") == "cancel", F.col("_ended"))).alias("_cancelled"),
        F.min(F.when(F.col("event_type") == "complete", F.col("_ended"))).alias("_completed"),
    )
    running = taken.join(finished, on=KEY, how="left").where(
        F.col("_cancelled").isNull() | (F.col("_cancelled") > F.col("_until"))
    )
    rows = running
    for side in (_work(days, items, taken), _clicks(days, taken), _before(ends, taken)):
        rows = rows.join(side, on=KEY, how="left")
    education = latest(accounts, ACCOUNTS).select(
        "account_id", F.col("attributes")["highest_education"].alias("education")
    )
    known = rows.join(education, on="account_id", how="left").withColumn(
        "click_idle_days", F.coalesce("click_idle_days", F.when(F.col("_has_clicks"), F.lit(999)))
    )
    fellows = Window.partitionBy("course")
    beside = {
        f"{name}_beside_fellows": F.col(name) - F.mean(name).over(fellows) for name in BESIDE_FELLOWS
    }  # presentations differ in what is due when; a student stands beside those of the same one, as known then
    return known.withColumns(
        {
            **beside,
            "handed_in_share": F.try_divide("handed_in_count", "due_count"),
            "is_at_risk": F.col("_completed").isNull().cast("int"),
            "is_withdrawing": F.col("_cancelled").isNotNull().cast("int"),
        }
    )


def _taken(days: DataFrame, weeks: int) -> DataFrame:
    """Return the enrolments with the first day of their presentation and the last that may be known."""
    part = F.element_at(F.split("item_id", "/"), -1)
    start = F.to_date(F.concat(F.left(part, F.lit(4)), F.when(part.endswith("B"), "-02-01").otherwise("-10-01")))
    enrolled = days.where("event_type = 'enroll'").select(
        "account_id",
        F.col("item_id").alias("course"),
        part.alias("presentation"),
        F.element_at(F.split("item_id", "/"), 2).alias("module"),
        F.right(part, F.lit(1)).alias("season"),
        start.alias("_start"),
        F.date_add(start, 7 * weeks).alias("_until"),
        F.datediff(start, "event_date").alias("days_registered_before"),
        F.col("attributes")["studied_credits"].cast("double").alias("studied_credits"),
        F.col("attributes")["num_of_prev_attempts"].cast("double").alias("earlier_attempts"),
        F.col("event_date").alias("_enrolled"),
    )
    return enrolled.where(F.col("_enrolled") <= F.col("_until")).dropDuplicates(KEY)


def _work(days: DataFrame, items: DataFrame, taken: DataFrame) -> DataFrame:
    """Count what was due and what was handed in."""
    pieces = (
        latest(items, ITEMS)
        .where("item_kind = 'assessment' AND due_at IS NOT NULL")
        .select("item_id", F.col("part_of").alias("course"), F.col("due_at").cast("date").alias("_due"))
    )
    handed = days.where("event_type = 'submit'").select("account_id", "item_id", "event_date", "score")
    due = taken.select(*KEY, "_until").join(F.broadcast(pieces), on="course", how="inner")
    both = due.join(handed, on=["account_id", "item_id"], how="left")
    is_in = F.col("event_date") <= F.col("_until")
    is_due = F.col("_due") <= F.col("_until")

    def count(condition: Column) -> Column:
        return F.count_if(F.coalesce(condition, F.lit(False)))

    return both.groupBy(*KEY).agg(
        count(is_due).alias("due_count"),
        count(is_in).alias("handed_in_count"),
        count(is_due & ~F.coalesce(is_in, F.lit(False))).alias("missed_count"),
        count(is_in & (F.col("event_date") > F.col("_due"))).alias("late_count"),
        F.mean(F.when(is_in, F.col("score"))).alias("mean_score"),
        F.max_by("score", F.when(is_in, F.struct("event_date", "item_id"))).alias("last_score"),
        F.mean(F.when(is_in, F.datediff("_due", "event_date"))).alias("mean_days_early"),
        F.min(F.when(is_in, F.datediff("_until", "event_date"))).alias("days_since_hand_in"),
    )


def _clicks(days: DataFrame, taken: DataFrame) -> DataFrame:
    """Count clicks; of a presentation without any they are unknown, not none."""
    views = days.where("event_type = 'view'").select(
        "account_id",
        F.concat(F.lit("course/"), F.col("attributes")["presentation"]).alias("course"),
        "event_date",
        "quantity",
    )
    covered = views.select("course").distinct().withColumn("_has_clicks", F.lit(True))
    known = taken.select(*KEY, "_until").join(F.broadcast(covered), on="course", how="inner")
    both = known.join(views, on=KEY, how="left").withColumn(
        "_is_in", F.coalesce(F.col("event_date") <= F.col("_until"), F.lit(False))
    )
    return both.groupBy(*KEY).agg(
        F.max("_has_clicks").alias("_has_clicks"),
        F.coalesce(F.sum(F.when(F.col("_is_in"), F.col("quantity"))), F.lit(0)).alias("click_count"),
        F.count_distinct(F.when(F.col("_is_in"), F.col("event_date"))).alias("click_days"),
        F.min(F.when(F.col("_is_in"), F.datediff("_until", "event_date"))).alias("click_idle_days"),
    )


def _before(ends: DataFrame, taken: DataFrame) -> DataFrame:
    """Count how the same student's earlier enrolments had ended when this one began."""
    other = ends.select("account_id", F.col("course").alias("_other"), "event_type", "_ended")
    both = taken.select(*KEY, "_start").join(other, on="account_id", how="inner")
    earlier = both.where((F.col("_other") != F.col("course")) & (F.col("_ended") < F.col("_start")))
    return earlier.groupBy(*KEY).agg(
        F.count_if(F.col("event_type") == "complete").alias("earlier_completed"),
        F.count_if(F.col("event_type") == "cancel").alias("earlier_cancelled"),
    )


def learned(rows: DataFrame, label: str, learners: tuple[str, ...] = LEARNERS, *, clicks: bool = False) -> Candidate:
    """Learn from the earlier presentations and judge on the later ones.

    Args:
        rows: as ``enrolments`` gives them.
        label: is_at_risk or is_withdrawing.
        learners: which compete.
        clicks: whether to look at the presentations with clicks, and at the clicks.
    """
    kinds = CLICKED if clicks else KINDS
    named = rows.withColumn("label", F.col(label))
    table = selected(named, kinds, ("label", *KEY, "presentation")).toArrow()
    batch = one_batch(table.sort_by([(name, "ascending") for name in KEY]))
    pairs = [
        f"{course.split('/')[1]}/{name}"
        for course, name in zip(
            batch.column("course").to_pylist(), batch.column("presentation").to_pylist(), strict=True
        )
    ]
    draw = np.random.default_rng(7).random(len(pairs))
    part = np.array(
        [_purpose(pair, chance, clicks=clicks) for pair, chance in zip(pairs, draw, strict=True)], dtype=object
    )
    modules = np.array(batch.column("module").to_pylist(), dtype=object)
    terms = Terms("missed_count", SIMPLE, most_calibration_error=0.05)
    task = Task(kinds, terms, learners, remark="earlier presentations learn, later ones judge")
    return candidate_of(Rows(batch, part, {"module": modules}), task, None, rows.sparkSession)


def _purpose(pair: str, chance: float, *, clicks: bool) -> str:
    """Say what an enrolment of module/presentation serves for."""
    shared = "train" if chance < 0.6 else "tune" if chance < 0.8 else "calibrate"
    if clicks:
        return COVERED.get(pair, "left out") or shared
    if pair.endswith("2014J"):
        return "test"
    if pair.endswith("2013J"):
        return "tune" if chance < 0.25 else "calibrate" if chance < 0.5 else "train"
    return "train"


def told(name: str, candidate: Candidate) -> str:
    """Say what was measured in a line."""
    m = candidate.metrics
    return (
        f"{name:<24}{m['rows']:>7.0f}{m['base_rate']:>7.3f}{m['pr_auc']:>8.3f} ({m['pr_auc_low']:.3f} to {m['pr_auc_high']:.3f})"
        f"{m['simple_pr_auc']:>8.3f}{m['roc_auc']:>8.3f}{m['calibration_error']:>8.3f}{m['perfect_calibration_error']:>8.3f}"
        f"{m['accuracy']:>7.3f}{m['f1']:>7.3f}"
    )


def main() -> None:
    """Print a table of what the first weeks tell."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--lake", required=True, help="a lake into which OULAD was run")
    words.add_argument("--weeks", nargs="*", type=int, default=[4, 8, 12])
    words.add_argument("--clicks", action="store_true", help="the presentations with clicks")
    words.add_argument("--learners", nargs="*", default=LEARNERS)
    given = words.parse_args()
    _, store = opened(Path("conf"), "oulad", given.lake)
    tables = [store.read(table) for table in (EVENTS, ITEMS, ACCOUNTS)]
    print(f"{'':<24}{'n':>7}{'base':>7}{'PR-AUC':>8} (95 %)          simple ROC-AUC     ECE perfect  accur.   F1")
    for weeks in given.weeks:
        rows = enrolments(*tables, weeks).cache()
        for label in ("is_at_risk", "is_withdrawing"):
            began = time.monotonic()
            candidate = learned(rows, label, tuple(given.learners), clicks=given.clicks)
            print(told(f"{weeks} weeks, {label[3:]}", candidate), f" {time.monotonic() - began:.0f} s")
            print(f"    {candidate.params['learner']}; {judge(candidate).reason}")
        rows.unpersist()


if __name__ == "__main__":
    main()
