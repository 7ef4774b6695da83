"""How forecasting methods did on one series at earlier origins, and what kind of series it is.

Source: rolling origins, Tashman (2000), Int. J. Forecasting 16.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from learnlake.modelling.forecasting import (
    ENSEMBLE,
    LEVELS,
    MAKERS,
    NORMAL,
    PARTS,
    SIMPLE,
    SPARSE,
    Ahead,
    Numbers,
    ahead,
    naive_error,
    smape,
    stated,
    together,
)

T = TypeVar("T")
FEWEST = 10
TINY = 1e-12
SEASONS = 2


@dataclass(frozen=True)
class Plan:
    """What to try on a series.

    Attributes:
        methods: names, in the order in which ties are decided and time is spent.
        steps: periods ahead.
        season: periods of a season.
        origins: most origins.
        sparse_share: from this share of zeros on, a series is sparse.
        least_gain: the ensemble is chosen unless another method was better by at least this share.
        longest: periods that a fit looks at.
        budget_seconds: of computing, waiting for other work not counted; from then on no further method is tried.
        earliest: no origin may lie before this place of the series.
    """

    methods: tuple[str, ...]
    steps: int
    season: int
    origins: int = 4
    sparse_share: float = 0.5
    least_gain: float = 0.05
    longest: int = 730
    budget_seconds: float = 60.0
    earliest: int = 0

    def places(self, length: int) -> tuple[int, ...]:
        """Return the origins in a series of a length, ascending: how many values are known at each."""
        stride = max(1, self.steps // 2)
        least = max(self.earliest, SEASONS * self.season, FEWEST)
        found = [length - self.steps - stride * back for back in range(self.origins)]
        return tuple(sorted(place for place in found if place >= least))

    def candidates(self, values: Numbers) -> tuple[str, ...]:
        """Return the methods that suit a series: those for sparse ones, or all others."""
        is_sparse = float((values == 0).mean()) >= self.sparse_share
        suited = [name for name in self.methods if (name in SPARSE) == is_sparse or name == "seasonal_naive"]
        return tuple(suited) or (SIMPLE,)


@dataclass(frozen=True)
class Trial:
    """What one method said at one origin, and what came.

    Attributes:
        method: its name.
        place: the origin: how many values were known.
        mase: mean absolute error, in those of the one-step naive forecast before the origin; nan where that never erred.
        smape: symmetric mean absolute percentage error, 0..200.
        ratios: absolute errors, step by step, in half widths of the method's own 95 % interval.
        half: those half widths.
    """

    method: str
    place: int
    mase: float
    smape: float
    ratios: tuple[float, ...]
    half: tuple[float, ...]


@dataclass(frozen=True)
class Findings:
    """What a back-test found: its trials, the method to trust, and a remark where it could not do its work."""

    trials: tuple[Trial, ...] = ()
    chosen: str = SIMPLE
    remark: str | None = None


def why_simple(values: Numbers, plan: Plan) -> str | None:
    """Say why a series gets the simple method: broken, all zero, constant or too short; None where it does not."""
    if not np.isfinite(values).all():
        return "broken"
    if not len(values) or not values.any():
        return "all zero"
    if (values == values[0]).all() and len(values) > 1:
        return "constant"
    if not plan.places(len(values)):
        return "too short"
    return None


def simple(values: Numbers, steps: int) -> Ahead:
    """Forecast by the line through the first and the last value, for series of which nothing better can be said.

    A constant or empty one is repeated. Values that are no numbers are left out.
    """
    sound = values[np.isfinite(values)]
    if len(sound) < 3 or (sound == sound[0]).all():
        last = float(sound[-1]) if len(sound) else 0.0
        spread = float(sound.std()) if len(sound) else 0.0
        return Ahead(np.full(steps, last), {level: np.full(steps, NORMAL[level] * spread) for level in LEVELS})
    return ahead(SIMPLE, sound, steps, 1)


def backtest(values: Numbers, plan: Plan) -> Findings:
    """Try the methods of a plan at its origins.

    A method that fails at any origin is left out; so are those for which no time is left.

    Args:
        values: the series, without gaps.
        plan: what to try.
    """
    remark = why_simple(values, plan)
    if remark:
        return Findings(remark=remark)
    began = time.thread_time()
    said: dict[str, list[Ahead]] = {}
    late = False
    for method in plan.candidates(values):
        if said and time.thread_time() - began > plan.budget_seconds:
            late = True
            break
        made = _together(said) if method == ENSEMBLE else _tried(method, values, plan)
        if made:
            said[method] = made
    places = plan.places(len(values))
    trials = tuple(
        _trial(method, place, at, values, plan)
        for method, made in said.items()
        for place, at in zip(places, made, strict=True)
    )
    if not trials:
        return Findings(remark="broken")
    return Findings(trials, chosen(trials, plan.least_gain), "out of time" if late else None)


def chosen(trials: tuple[Trial, ...], least_gain: float) -> str:
    """Return the method to trust: the best one, or the ensemble where none was clearly better; the first of equals.

    Few origins tell methods apart badly, and a mean of several is seldom far off (Clemen, 1989, Int. J. Forecasting 5).
    """
    found = {trial.method: 0.0 for trial in trials}
    has_scale = all(np.isfinite(trial.mase) for trial in trials)
    for trial in trials:  # as many origins for each, so sums compare like means
        found[trial.method] += trial.mase if has_scale else trial.smape
    best = min(found, key=lambda name: found[name])
    if ENSEMBLE in found and found[ENSEMBLE] * (1 - least_gain) <= found[best]:
        return ENSEMBLE
    return best


def _together(said: dict[str, list[Ahead]]) -> list[Ahead] | None:
    parts = [said[name] for name in PARTS if name in said]
    return [together(list(at)) for at in zip(*parts, strict=True)] if len(parts) > 1 else None


def _tried(method: str, values: Numbers, plan: Plan) -> list[Ahead] | None:
    """Forecast at every origin, or nothing where the method cannot."""
    return _or_none(lambda: list(at_origins(method, values, plan)))


def _or_none(work: Callable[[], T]) -> T | None:
    try:
        return work()
    except Exception:  # noqa: BLE001  # a method that fails on a series must not fail the series
        return None


def at_origins(method: str, values: Numbers, plan: Plan) -> Iterator[Ahead]:
    """Forecast at each origin from what was known there; ARIMA keeps the model it found at the first one."""
    places = plan.places(len(values))
    pasts = [values[max(0, place - plan.longest) : place] for place in places]
    if method != "arima" or len(pasts) == 1:
        yield from (ahead(method, past, plan.steps, plan.season) for past in pasts)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MAKERS[method](plan.season).fit(pasts[0])
        for past in pasts:
            yield stated(model.forward(y=past, h=plan.steps, level=list(LEVELS)))


def _trial(method: str, place: int, said: Ahead, values: Numbers, plan: Plan) -> Trial:
    came = values[place : place + plan.steps]
    off = np.abs(came - said.mean)
    half = np.maximum(said.half[95], TINY)
    scale = naive_error(values[max(0, place - plan.longest) : place])
    return Trial(
        method,
        place,
        float(off.mean() / scale),
        smape(came, said.mean),
        tuple((off / half).tolist()),
        tuple(half.tolist()),
    )


def again(method: str | None, values: Numbers, plan: Plan) -> tuple[str, Ahead, str | None]:
    """Forecast beyond the end of a series by the method that was chosen for it.

    Returns:
        The method that made the forecast, the forecast, and why the simple method had to do where it had to.
    """
    remark = why_simple(values, plan)
    recent = values[-plan.longest :]
    if method is None or remark:
        return SIMPLE, simple(recent, plan.steps), remark or "no back-test"
    parts = [name for name in PARTS if name in plan.methods] if method == ENSEMBLE else [method]
    tried = [_or_none(partial(ahead, name, recent, plan.steps, plan.season)) for name in parts]
    made = [one for one in tried if one is not None]
    if not made:
        return SIMPLE, simple(recent, plan.steps), f"{method} failed"
    return method, together(made), None
