"""Whether a propensity may be published: measured on the newest rows, beside simple ways and yesterday's champion."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from learnlake.modelling import binary
from learnlake.modelling.binary import Estimate
from learnlake.modelling.contest import Outcome, Part, Parts, simple_of
from learnlake.modelling.gate import Bar
from learnlake.modelling.propensity import Propensity

Vector = NDArray[np.float64]
Labels = NDArray[np.int64]
LARGE_GROUP = 200
SURE = 99.0
SIMPLE = "more than logistic regression on three features, low end of 95 %"


@dataclass(frozen=True)
class Terms:
    """What a model is judged by.

    Attributes:
        rule: a column of numbers that the model must beat.
        simple: three columns on which the simple model stands.
        value, cost: worth of a success among those contacted, and cost of a contact.
        most_calibration_error: greatest error, unless a perfect model would often show more on as many rows.
        seed: of the bootstrap.
    """

    rule: str
    simple: tuple[str, ...]
    value: float = 1.0
    cost: float = 0.0
    most_calibration_error: float = 0.05
    seed: int = 7


@dataclass(frozen=True)
class Beside:
    """What the judged rows are told beside.

    Attributes:
        groups: kind of group -> name of each row's group; the kind ``day`` is told as decay over time, and kinds that begin
            with ``protected`` are told but set no bar.
        champion: the published model, compared with where its columns are there.
    """

    groups: dict[str, NDArray[np.object_]] = field(default_factory=dict)
    champion: Propensity | None = None


@dataclass(frozen=True)
class Verdict:
    """What was measured.

    Attributes:
        bars: what the gate asks.
        metrics: everything measured, the baselines' too.
        chances: of the judged rows, by the model.
        groups: of each large group by its kind and name, its measures.
        days: likewise of each judged day.
    """

    bars: tuple[Bar, ...]
    metrics: dict[str, float]
    chances: Vector
    groups: dict[str, dict[str, float]] = field(default_factory=dict)
    days: dict[str, dict[str, float]] = field(default_factory=dict)


def judged(outcome: Outcome, parts: Parts, test: Part, terms: Terms, beside: Beside) -> Verdict:
    """Measure the winner of a contest on rows that nothing has seen.

    Args:
        outcome: of the contest.
        parts: rows of the contest, on which the baselines are made, too.
        test: rows to judge by.
        terms: the bars.
        beside: groups and champion.
    """
    groups, current = beside.groups, beside.champion
    labels = test.labels
    chances = outcome.model.chances(test.batch)
    others = _others(outcome, parts, test, terms, current)
    threshold = binary.best_threshold(parts.tune.labels, outcome.model.chances(parts.tune.batch))
    metrics = {
        "rows": float(len(labels)),
        "base_rate": float(labels.mean()),
        "threshold": threshold,
        **binary.measures(labels, chances, threshold),
        "small_pr_auc": binary.pr_auc(labels, outcome.small.chances(test.batch)),
        **outcome.costs,
    }
    for name, measure in (("pr_auc", binary.pr_auc), ("roc_auc", binary.roc_auc), ("log_loss", binary.log_loss_of)):
        found = binary.estimate(labels, chances, measure, terms.seed)
        metrics |= {f"{name}_low": found.low, f"{name}_high": found.high}
    metrics["perfect_calibration_error"] = binary.perfect_error(chances, terms.seed)
    for name, said in others.items():
        metrics |= {f"{name}_pr_auc": binary.pr_auc(labels, said), f"{name}_log_loss": binary.log_loss_of(labels, said)}
    for place, part in enumerate(binary.bins(labels, chances, terms.value, terms.cost), start=1):
        metrics |= {f"lift_{place:02d}": part.lift, f"gain_{place:02d}": part.gain, f"profit_{place:02d}": part.profit}
    found_groups = {
        f"{kind} {name}": measures
        for kind, names in groups.items()
        for name, measures in binary.by_group(labels, chances, names, LARGE_GROUP if kind != "day" else 50).items()
    }
    days = {name: held for name, held in found_groups.items() if name.startswith("day ")}
    held_groups = {name: held for name, held in found_groups.items() if name not in days}
    calibrated = _calibrated(labels, chances, outcome.model.chances(parts.calibrate.batch), terms)
    bars = (*_bars(labels, chances, others, terms), calibrated, *_fair(labels, chances, others, groups, terms))
    return Verdict(bars, {k: float(v) for k, v in metrics.items()}, chances, held_groups, days)


def _others(outcome: Outcome, parts: Parts, test: Part, terms: Terms, current: Propensity | None) -> dict[str, Vector]:
    """Return what the simple ways say of the judged rows: base rate, rule, simple model, champion."""
    train, seen = parts.train, np.concatenate([parts.train.labels, parts.tune.labels, parts.calibrate.labels])
    out = {"base": np.full(len(test.labels), float(seen.mean()))}
    for name, columns in {"rule": (terms.rule,), "simple": terms.simple}.items():
        if any(column in held for held in outcome.model.kinds for column in columns):  # else none of them varies
            out[name] = simple_of(outcome.model, parts, columns, train).chances(test.batch)
    if current is not None and all(name in test.batch.schema.names for name in current.needs):
        out["champion"] = current.chances(test.batch)
    return out


def _bars(labels: Labels, chances: Vector, others: dict[str, Vector], terms: Terms) -> tuple[Bar, ...]:
    def gain(name: str, measure: binary.Measure) -> Estimate:
        return binary.difference(labels, chances, others[name], measure, terms.seed)

    said = {
        "rule": f"more than {terms.rule} alone, low end of 95 %",
        "simple": SIMPLE,
        "champion": "more than the champion on the same rows, low end of 95 %",
    }
    base = float(labels.mean())
    low = binary.estimate(labels, chances, binary.pr_auc, terms.seed).low
    bars = [Bar("PR-AUC, low end of 95 %", low, base, "base rate")]
    for name, words in said.items():
        if name in others and not (
            name == "simple" and np.array_equal(others[name], chances)
        ):  # the simple model is not asked to beat itself
            bars.append(Bar("PR-AUC gained", gain(name, binary.pr_auc).low, 0.0, words))
    loss = gain("base", binary.log_loss_of)
    bars.append(Bar("log-loss saved", -loss.high, 0.0, "less than the base rate's, low end of 95 %"))
    return tuple(bars)


def _calibrated(labels: Labels, chances: Vector, calibrated: Vector, terms: Terms) -> Bar:
    """Ask for the error that is allowed, or that a true model, calibrated on as many rows, stays below in 99 of 100 cases."""
    error = binary.calibration_error(labels, chances)
    allowed = max(terms.most_calibration_error, binary.perfect_error(chances, terms.seed, SURE, calibrated))
    return Bar("calibration", 1 - error, 1 - allowed, "1 - greatest error")


def _fair(
    labels: Labels, chances: Vector, others: dict[str, Vector], groups: dict[str, NDArray[np.object_]], terms: Terms
) -> tuple[Bar, ...]:
    """Ask that no large group is predicted worse than before by more than noise: before is the champion, else the base rate."""
    before = others.get("champion", others["base"])
    found: list[tuple[float, str]] = []
    for kind, names in groups.items():
        if kind == "day" or kind.startswith("protected"):
            continue
        for name in sorted({str(x) for x in names}):
            own = names == name
            if own.sum() < LARGE_GROUP or not 0 < labels[own].sum() < own.sum():
                continue
            saved = -binary.difference(labels[own], chances[own], before[own], binary.log_loss_of, terms.seed).low
            found.append((saved, f"{kind} {name}"))
    if not found:
        return ()
    saved, name = min(found, key=lambda one: (not math.isnan(one[0]), one[0]))  # what is no number is the worst
    return (Bar("log-loss saved in the least favoured large group, high end", saved, 0.0, name),)


def example_of(batch: pa.RecordBatch, columns: tuple[str, ...], rows: int = 5) -> pa.RecordBatch:
    """Return the first rows of a batch with some columns, for a model's input example."""
    return batch.slice(0, rows).select(list(columns))
