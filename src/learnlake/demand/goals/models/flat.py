"""A goal from a flat table of one's own: the same checks, the same learners, the same judgement as for the lake's goals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.errors import ConfError, near_match
from learnlake.modelling.batches import Kinds, one_batch, selected
from learnlake.modelling.gate import Candidate
from learnlake.modelling.judging import Terms
from learnlake.modelling.leaks import alarm
from learnlake.modelling.learning import Rows, Task, candidate_of
from learnlake.modelling.propensity import DEFAULT, LABEL
from learnlake.modelling.splits import sampled

NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "boolean")
POSITIVE = ("1", "1.0", "true", "yes", "y", "是")
KEY = "row_key"
NAMES_SHARE = 0.5
EDGES = (0.55, 0.675, 0.8)
NO_TIME = "rows were shared out by a hash, for no time is known: this is not a split by time, and what holds later may be worse"


@dataclass(frozen=True)
class Flat:
    """What is said of a flat table.

    Attributes:
        target: column with the outcome, of two values.
        key: column that identifies a row's user; empty = the row itself.
        time: column by which rows are ordered, so that later ones judge; empty = there is none.
        leaves_out: columns that are not to be used.
        learners: which compete.
        most_single_auc: a single column that tells more is a leak.
        at_most: rows that are looked at.
        seed: of whatever is drawn.
    """

    target: str
    key: str = ""
    time: str = ""
    leaves_out: tuple[str, ...] = ()
    learners: tuple[str, ...] = DEFAULT
    most_single_auc: float = 0.985
    at_most: int = 200_000
    seed: int = 7


def learned_flat(table: DataFrame, flat: Flat) -> Candidate:
    """Learn and judge the chance of a flat table's target.

    The simple ways to beat are the column that alone tells most on the rows that were learned from, and a logistic regression on the three
    that do.

    Raises:
        ConfError: for a column that is not there, or a target that has not exactly two values.
    """
    for name in (flat.target, flat.key, flat.time, *flat.leaves_out):
        if name and name not in table.columns:
            raise ConfError(f"there is no column `{name}` in the table; {near_match(name, table.columns)}")
    kinds, dropped = _kinds(table, flat)
    labelled = _labelled(table, flat)
    keyed = labelled.withColumn(KEY, F.col(flat.key).cast("string") if flat.key else _row_key(table.columns))
    order = (
        [F.col(flat.time).cast("timestamp").cast("double").alias("_time")] if flat.time else [F.lit(0.0).alias("_time")]
    )
    frame = sampled(keyed.select("*", *order), KEY, flat.at_most)
    batch = one_batch(selected(frame, kinds, (LABEL, KEY, "_time")).toArrow())
    kinds, named = _without_names(batch, kinds)
    part = _parts(batch, flat)
    said = ", ".join((*dropped, *named))
    remark = (f"split by {flat.time}: the newest fifth judges" if flat.time else NO_TIME) + (
        f"; not used: {said}" if said else ""
    )
    rows = Rows(batch, part)
    train = rows.of("train")
    singles = alarm(train.batch, kinds, train.labels, 1.0, flat.seed).aucs
    ranked = (*singles, "", "", "")
    terms = Terms(ranked[0], tuple(name for name in ranked[:3] if name), seed=flat.seed)
    task = Task(kinds, terms, flat.learners, flat.most_single_auc, remark=remark, seed=flat.seed)
    return candidate_of(rows, task, None, table.sparkSession)


def _kinds(table: DataFrame, flat: Flat) -> tuple[Kinds, tuple[str, ...]]:
    """Sort the columns by kind; dates, decimals of no use and the like are named as not used."""
    apart = {flat.target, flat.key, flat.time, *flat.leaves_out}
    types = {name: dtype for name, dtype in table.dtypes if name not in apart}
    numbers = tuple(name for name, dtype in types.items() if dtype in NUMBERS or dtype.startswith("decimal"))
    words = tuple(name for name, dtype in types.items() if dtype == "string")
    many = tuple(name for name, dtype in types.items() if dtype == "array<string>")
    return (numbers, words, many), tuple(name for name in types if name not in (*numbers, *words, *many))


def _row_key(columns: list[str]) -> Column:
    """Name a row by what it holds, and by its number among equal ones: dealt out together, they would make the parts unlike."""
    held = F.sha2(F.to_json(F.struct(*columns)), 256)
    number = F.row_number().over(Window.partitionBy(held).orderBy(F.lit(0)))  # equal rows may change places
    return F.concat_ws("-", held, number)


def _labelled(table: DataFrame, flat: Flat) -> DataFrame:
    """Add ``label``: 1 for the greater of the two values, or for a word that means yes; rows without a target are passed over."""
    target = F.col(flat.target)
    values = sorted(str(row[0]) for row in table.where(target.isNotNull()).select(target).distinct().limit(3).collect())
    if len(values) > 2:
        raise ConfError(f"`{flat.target}` has more than two values ({', '.join(values)}, ...); a target is yes or no.")
    yes = next((value for value in values if value.lower() in POSITIVE), values[-1] if len(values) == 2 else "1")
    label = (target.cast("string") == yes).cast("int")
    return table.where(target.isNotNull()).withColumn(LABEL, label)


def _without_names(batch: pa.RecordBatch, kinds: Kinds) -> tuple[Kinds, tuple[str, ...]]:
    """Leave out words of which more than half the rows have one of their own: names and numbers of rows tell nothing of others."""
    numbers, words, many = kinds
    named = tuple(
        name for name in words if pc.count_distinct(batch.column(name)).as_py() > NAMES_SHARE * max(batch.num_rows, 1)
    )
    return (numbers, tuple(name for name in words if name not in named), many), named


def _parts(batch: pa.RecordBatch, flat: Flat) -> NDArray[np.object_]:
    """Share rows out: by time the oldest learn and the newest judge; else by a hash of the key."""
    names = np.array(["train", "tune", "calibrate", "test"], dtype=object)
    if not flat.time:
        keys = batch.column(KEY).to_pylist()
        unique = {key: n for n, key in enumerate(sorted(set(keys)))}
        draw = np.random.default_rng(flat.seed).random(len(unique))
        return np.asarray(names[np.searchsorted(EDGES, draw[[unique[key] for key in keys]], side="right")])
    at = batch.column("_time").to_numpy(zero_copy_only=False).astype(float)
    rank = np.searchsorted(np.sort(at), at, side="left") / max(len(at), 1)  # equal times stay together
    return np.asarray(names[np.searchsorted(EDGES, rank, side="right")])
