"""Training of the goals: one propensity for each file of conf/goals."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.demand.goals.rules.labelled import Log, Split, at_risk, labelled, pooled, snapshots, split_by_time
from learnlake.demand.goals.rules.meetings import SCENARIO, met, new_items, played_items, took
from learnlake.demand.goals.settings import DemandSettings, Goal, Goals, goals
from learnlake.lake import columns as c
from learnlake.lake.columns import Named
from learnlake.lake.joins import attributes_of
from learnlake.lake.stage import Before, ModelNode, train
from learnlake.lake.tables.demand import DEMAND_FEATURES
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, EVENTS, IDENTITIES, ITEMS, USER_DAYS, USER_TAGS
from learnlake.modelling.batches import Kinds, one_batch, selected
from learnlake.modelling.contest import at_scale
from learnlake.modelling.gate import Candidate
from learnlake.modelling.judging import Terms
from learnlake.modelling.learning import Refit, Rows, Task, candidate_of
from learnlake.modelling.propensity import LABEL, Propensity

PROPENSITY = ModelNode("propensity", Propensity, per=goals)
TUNE_HALF = 5_000
TRAIN_EDGE, TUNE_EDGE, CALIBRATE_EDGE = 5_500, 6_750, 8_000
BUCKET = "_bucket"
UNKNOWN = "unknown"
JUDGED_SCHEMES = ("behaviour", "level", "role")
TENURES = ((0, 29, "newcomer"), (30, 89, "settling"), (90, 1_000_000, "settled"))


@train(
    reads=(
        USER_FEATURES.at(every="14d", back=6),
        DEMAND_FEATURES.at(every="14d", back=6),
        *(USER_DAYS, USER_TAGS, EVENTS, ITEMS, ACCOUNTS, IDENTITIES),
        Before(SEGMENT_MEMBERS, days=14),
    ),
    makes=PROPENSITY,
)
def propensity(
    features: DataFrame,
    demand: DataFrame,
    days: DataFrame,
    tags: DataFrame,
    events: DataFrame,
    items: DataFrame,
    accounts: DataFrame,
    identities: DataFrame,
    members: DataFrame,
    *,
    as_of: date,
    file: str,
    goals: Goals,
    settings: DemandSettings,
    current: Propensity | None,
) -> Candidate:
    """Learn one goal's chances from past days whose windows have ended, and judge them on the newest of those days."""
    goal = goals.files[file]
    split = split_by_time(snapshots(as_of), goal, as_of)
    used = tuple(sorted({*split.train, *split.tune, *split.test}))
    if not used:
        return Candidate(None, refusal=f"no past day's window of {goal.window_days} days had ended by {as_of}")
    people = at_risk(features.where(F.col("as_of_date").isin(*used)), demand, goal)
    rows = rows_of(people, goal, used, Log(days, events, identities, items), tags)
    grouped = rows.join(_groups(accounts, identities, members), on="user_id", how="left")
    collected, remark = _collected(grouped, goal, split)
    refit = _refit(grouped, goal, split) if goal.fits_all_rows else None
    return candidate_of(collected, task_of(goal, remark, settings), current, features.sparkSession, refit)


def _refit(rows: DataFrame, goal: Goal, split: Split) -> Refit:
    """Return what fits a boosted winner again, to all rows of the days that it learns from."""
    day = F.col("as_of_date").isin(*split.train)
    keyed = rows.where(day).withColumns(
        {"row_key": F.concat_ws(" ", "user_id", F.col("as_of_date").cast("string")), LABEL: F.col(LABEL).cast("double")}
    )
    return lambda outcome: at_scale(outcome.model, outcome.setting, keyed, "row_key", goal.workers)


def rows_of(people: DataFrame, goal: Goal, days: tuple[date, ...], log: Log, tags: DataFrame) -> DataFrame:
    """Return the goal's labelled rows: one a user and day, or for new items one a user, day and set of items."""
    if not goal.success.published_within_days:
        return labelled(people, goal, log)
    sets = new_items(log.items, goal, days).unionByName(played_items(log.items, goal, days))
    return took(met(people, sets, tags, log, goal), sets, log, goal)


def kinds_of(columns: tuple[Named, ...]) -> Kinds:
    """Sort columns by kind: numbers, words, lists of words."""
    types = {column.name: column.dtype.simpleString() for column in columns}
    return (
        tuple(name for name, dtype in types.items() if dtype not in ("string", "array<string>")),
        tuple(name for name, dtype in types.items() if dtype == "string"),
        tuple(name for name, dtype in types.items() if dtype == "array<string>"),
    )


def task_of(goal: Goal, remark: str, settings: DemandSettings) -> Task:
    """Return what a goal's conf says of learning and judging."""
    return Task(
        kinds_of(goal.allowed()),
        Terms(goal.rule, goal.simple, goal.value, goal.cost, goal.most_calibration_error, settings.seed),
        goal.learners,
        goal.most_single_auc,
        goal.fewest_rows,
        goal.fewest_successes,
        goal.publishes_small,
        _with_uses(goal, remark),
        settings.seed,
    )


def _with_uses(goal: Goal, remark: str) -> str:
    """Say when a protected column or a past outcome feeds the model."""
    used = [f"protected {name}" for name in goal.uses_protected] + [
        f"past outcome {name}" for name in goal.uses_outcomes
    ]
    return f"{remark}; uses {', '.join(used)}" if used else remark


def _groups(accounts: DataFrame, identities: DataFrame, members: DataFrame) -> DataFrame:
    """Return of each user the names of the groups by which quality is told: protected attributes, and segments of an earlier day."""
    people = attributes_of(accounts, identities)
    protected = [F.col(name).alias(f"_protected {name}") for name in _protected(people)]
    segments = members.where(F.col("scheme").isin(*JUDGED_SCHEMES)).groupBy("user_id")
    spread = [
        F.max(F.when(F.col("scheme") == scheme, F.col("segment_id"))).alias(f"_segment {scheme}")
        for scheme in JUDGED_SCHEMES
    ]
    return people.select("user_id", *protected).join(segments.agg(*spread), on="user_id", how="full")


def _protected(people: DataFrame) -> tuple[str, ...]:
    return tuple(
        name for name in (column.name for column in ACCOUNTS.columns if column.is_protected) if name in people.columns
    )


def _collected(rows: DataFrame, goal: Goal, split: Split) -> tuple[Rows, str]:
    """Collect at most ``rows_a_day`` rows of each day, chosen by hash, in a fixed order; and say how they were split."""
    kinds = kinds_of(goal.allowed())
    scenario = F.col(SCENARIO) if SCENARIO in rows.columns else F.lit(0)
    groups = [name for name in rows.columns if name.startswith(("_protected", "_segment"))]
    order = Window.partitionBy("as_of_date").orderBy(F.xxhash64("user_id", scenario), "user_id", scenario)
    bounded = rows.withColumns(
        {
            "_place": F.row_number().over(order),
            BUCKET: F.pmod(F.xxhash64(F.lit("goals: parts"), "user_id"), F.lit(10_000)),
            "_scenario": scenario,
            "_tenure": _tenure(),
            "_platform": F.array_join("platforms", "+"),
        }
    ).where(F.col("_place") <= goal.rows_a_day)
    keep = (LABEL, "as_of_date", "user_id", "_scenario", BUCKET, "_tenure", "_platform", *groups)
    table = selected(bounded, kinds, keep).toArrow()
    batch = one_batch(table.sort_by([(name, "ascending") for name in ("as_of_date", "user_id", "_scenario")]))
    days = batch.column("as_of_date").to_numpy(zero_copy_only=False).astype("datetime64[D]")
    buckets = batch.column(BUCKET).to_numpy(zero_copy_only=False)
    told = {name.lstrip("_"): _names(batch, name) for name in ("_tenure", "_platform", *groups)}
    told = {name: held for name, held in told.items() if (held != UNKNOWN).any()}
    part = parts_of(days, buckets, split)
    if split.train != split.tune and _too_few(part, batch.column(LABEL).to_numpy(), goal):
        split = pooled(split)
        part = parts_of(days, buckets, split)
    return Rows(batch, part, {**told, "day": days.astype(str).astype(object)}), split.remark


def _too_few(part: NDArray[np.object_], labels: NDArray[np.int64], goal: Goal) -> bool:
    """Say whether the rows to tune or to calibrate by are too few, or too few of either outcome."""
    for name in ("tune", "calibrate"):
        own = labels[part == name]
        if len(own) < goal.fewest_rows / 4 or min(own.sum(), len(own) - own.sum()) < goal.fewest_successes / 4:
            return True
    return False


def parts_of(days: NDArray[np.datetime64], buckets: NDArray[np.int64], split: Split) -> NDArray[np.object_]:
    """Say of each row what it serves for.

    Args:
        days: of each row.
        buckets: of each row's user, 0 to 9,999, by hash.
        split: which days serve for what; a day that serves for several is shared out among users.
    """
    out = np.full(len(days), "", dtype=object)
    train, tune, test = (
        np.isin(days, np.array(held, dtype="datetime64[D]")) for held in (split.train, split.tune, split.test)
    )
    out[test] = "test"
    if split.train == split.tune:  # too few days: users are shared out
        edge = 10_000 if split.test != split.train else CALIBRATE_EDGE
        scale = edge / CALIBRATE_EDGE
        own = train & (buckets < edge)
        out[own & (buckets < TRAIN_EDGE * scale)] = "train"
        out[own & (buckets >= TRAIN_EDGE * scale) & (buckets < TUNE_EDGE * scale)] = "tune"
        out[own & (buckets >= TUNE_EDGE * scale)] = "calibrate"
        return out
    out[train] = "train"
    out[tune & (buckets < TUNE_HALF)] = "tune"
    out[tune & (buckets >= TUNE_HALF)] = "calibrate"
    return out


def _tenure() -> Column:
    name = F.lit("settled")
    for low, high, said in TENURES:
        name = F.when(F.col(c.TENURE_DAYS.name).between(low, high), F.lit(said)).otherwise(name)
    return name


def _names(batch: object, name: str) -> NDArray[np.object_]:
    held = batch.column(name).to_pylist()  # type: ignore[attr-defined]  # a RecordBatch
    return np.array([UNKNOWN if value is None else str(value) for value in held], dtype=object)
