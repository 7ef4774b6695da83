"""From labelled rows to a candidate for the gate: leak checks, the contest, the judgement, and what the registry should show."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from learnlake.modelling.batches import Kinds
from learnlake.modelling.contest import Outcome, Part, Parts, best, calibrated_on, simple_of
from learnlake.modelling.drift import CHANCE, number_reference, references
from learnlake.modelling.gate import Candidate
from learnlake.modelling.judging import SIMPLE, Beside, Terms, Verdict, judged
from learnlake.modelling.leaks import Alarm, alarm
from learnlake.modelling.pictures import curves
from learnlake.modelling.propensity import DEFAULT, LABEL, Propensity
from learnlake.modelling.surrogate import surrogate

Names = NDArray[np.object_]
PARTS = ("train", "tune", "calibrate", "test")
EXAMPLE_ROWS = 5
SIMPLE_WINS = "the model is the simple one, for nothing did better by more than noise"


@dataclass(frozen=True)
class Rows:
    """Labelled rows in memory.

    Attributes:
        batch: the features and ``label``, 0 or 1.
        part: of each row one of ``PARTS``, or empty for a row that serves for nothing.
        groups: kind of group -> name of each row's group; see ``judging.Beside``.
    """

    batch: pa.RecordBatch
    part: Names
    groups: dict[str, Names] = field(default_factory=dict)

    def of(self, name: str) -> Part:
        """Return the rows of a part."""
        chosen = np.flatnonzero(self.part == name)
        held = self.batch.take(pa.array(chosen))
        return Part(held, held.column(LABEL).to_numpy(zero_copy_only=False).astype(np.int64))


@dataclass(frozen=True)
class Task:
    """How to learn and by what to judge.

    Attributes:
        kinds: the features by kind.
        terms: the bars.
        learners: which compete.
        most_single_auc: a single column that tells more is a leak.
        fewest_rows, fewest_successes: in the part to learn from; a quarter as many in each other part.
        publishes_small: whether the distilled model is published in place of the winner.
        remark: how rows were split, in a sentence.
        seed: of whatever is drawn.
    """

    kinds: Kinds
    terms: Terms
    learners: tuple[str, ...] = DEFAULT
    most_single_auc: float = 0.985
    fewest_rows: int = 200
    fewest_successes: int = 20
    publishes_small: bool = False
    remark: str = ""
    seed: int = 7


Refit = Callable[[Outcome], Propensity]


def candidate_of(
    rows: Rows, task: Task, current: Propensity | None, spark: SparkSession, refit: Refit | None = None
) -> Candidate:
    """Learn a propensity from some rows and judge it on others, or say why there is none.

    Args:
        rows: labelled rows with their parts.
        task: how.
        current: the champion, or None.
        spark: where learners of MLlib run.
        refit: fits the winner again, to more rows than are in memory; None where all are.
    """
    began = time.monotonic()
    held = {name: rows.of(name) for name in PARTS}
    refusal = _too_few(held, task)
    varying = _varying(held["train"].batch, task.kinds)
    if not refusal and not any(varying):
        refusal = "none of the features varies: all are null or the same for everybody"
    if refusal:
        return Candidate(None, refusal=refusal, remark=task.remark)
    leaks = alarm(held["train"].batch, varying, held["train"].labels, task.most_single_auc, task.seed)
    if leaks.refusal:
        return Candidate(None, metrics=_told(leaks), refusal=leaks.refusal, remark=task.remark)
    parts = Parts(held["train"], held["tune"], held["calibrate"])
    outcome = best(Propensity(*varying, learners=task.learners, seed=task.seed), parts, spark)
    if refit:
        outcome = replace(outcome, model=calibrated_on(refit(outcome), parts.calibrate))
    if task.publishes_small:
        outcome = replace(outcome, model=outcome.small)
    is_test = rows.part == "test"
    beside = Beside({kind: names[is_test] for kind, names in rows.groups.items()}, current)
    verdict = judged(outcome, parts, held["test"], task.terms, beside)
    if not _beats_simple(verdict):
        outcome = replace(outcome, model=simple_of(outcome.model, parts, task.terms.simple, parts.train))
        verdict = judged(outcome, parts, held["test"], task.terms, beside)
        task = replace(task, remark=f"{task.remark}; {SIMPLE_WINS}")
    model = _described(outcome.model, parts.tune, held["test"], verdict)
    metrics = {**verdict.metrics, **_told(leaks), "fidelity": model.surrogate_.fidelity if model.surrogate_ else 0.0}
    return Candidate(
        model,
        verdict.bars,
        metrics,
        _params(outcome, task),
        task.remark,
        pictures=curves(held["test"].labels, verdict.chances, task.terms.value, task.terms.cost),
        texts=_texts(outcome, verdict, leaks, model),
        example=held["test"].batch.slice(0, EXAMPLE_ROWS).select(list(model.needs)).to_pandas(),
        cost={"fit_seconds": time.monotonic() - began, "rows": float(len(held["train"].labels))},
    )


def _beats_simple(verdict: Verdict) -> bool:
    """Say whether a model is better than the simple one by more than noise; where that is the question at all."""
    return all(bar.is_cleared for bar in verdict.bars if bar.of == SIMPLE)


def _too_few(held: dict[str, Part], task: Task) -> str:
    """Say that a part has too few rows, successes or failures, or nothing."""
    for name, part in held.items():
        share = 1.0 if name == "train" else 0.25
        rows, successes = len(part.labels), int(part.labels.sum())
        if rows < share * task.fewest_rows:
            return f"only {rows} rows to {name}, fewer than {share * task.fewest_rows:.0f}: too few to learn from or to judge by"
        if successes == 0:
            return f"no success among the {rows} rows to {name}: there is nothing to learn or to judge"
        if successes == rows:
            return f"all {rows} rows to {name} are successes: there is nothing to tell apart"
        if min(successes, rows - successes) < share * task.fewest_successes:
            return (
                f"only {successes} successes among {rows} rows to {name}; at least {share * task.fewest_successes:.0f} of either outcome "
                "are needed"
            )
    return ""


def _varying(batch: pa.RecordBatch, kinds: Kinds) -> Kinds:
    """Leave out columns that are the same in every row."""

    def varies(name: str) -> bool:
        column = batch.column(name)
        values = column.flatten() if pa.types.is_list(column.type) else column
        return len(values.unique()) > 1

    numeric, words, multiple = (tuple(name for name in names if varies(name)) for names in kinds)
    return numeric, words, multiple


def _described(model: Propensity, tune: Part, test: Part, verdict: Verdict) -> Propensity:
    """Keep with the model how its columns and chances were spread when it was judged, how good it was, and rules for people."""
    if model.recipe_ is None:
        raise ValueError("only a fitted model can be described")
    numeric, words, _ = model.recipe_.kinds
    spread = (*references(test.batch, numeric, words), number_reference(CHANCE, verdict.chances))
    rules = surrogate(model.recipe_, (tune.batch, model.chances(tune.batch)), (test.batch, verdict.chances))
    kept = ("pr_auc", "pr_auc_low", "log_loss", "log_loss_high", "calibration_error", "base_rate", "threshold")
    quality = tuple((name, round(verdict.metrics[name], 9)) for name in kept)
    return replace(model, reference_=spread, quality_=quality, surrogate_=rules)


def _told(leaks: Alarm) -> dict[str, float]:
    top = max(leaks.aucs.values(), default=0.5)
    return {"canary_auc": leaks.canary, "canary_caught": float(leaks.sees), "best_single_auc": top}


def _params(outcome: Outcome, task: Task) -> dict[str, str]:
    return {
        "learner": outcome.model.learner_,
        "learners": ", ".join(task.learners),
        "columns": ", ".join(outcome.model.needs)[:5_000],
        "offset": f"{outcome.model.offset_:.6f}",
        "split": task.remark,
    }


def _texts(outcome: Outcome, verdict: Verdict, leaks: Alarm, model: Propensity) -> dict[str, str]:
    trials = ["learner,setting,log_loss_tuned,seconds"]
    trials += [f'{t.learner},"{t.setting}",{t.log_loss:.6f},{t.seconds:.2f}' for t in outcome.trials]
    measures = ("rows", "share", "said", "pr_auc", "log_loss", "calibration_error")
    groups = [f"group,{','.join(measures)}"]
    for name, held in {**verdict.groups, **verdict.days}.items():
        groups.append(f'"{name}",' + ",".join(f"{held[measure]:.6g}" for measure in measures))
    singles = ["column,auc_alone", *(f"{name},{value:.4f}" for name, value in leaks.aucs.items())]
    rules = model.surrogate_.text() if model.surrogate_ else ""
    held_texts = {"trials.csv": trials, "groups.csv": groups, "single_features.csv": singles}
    return {"rules.md": rules, **{name: "\n".join(lines) + "\n" for name, lines in held_texts.items()}}
