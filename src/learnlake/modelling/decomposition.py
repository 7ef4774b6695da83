"""One series taken apart: trend, week, holidays and rest; the days that stand out, and the weeks from which it is another one.

Sources: seasonal and trend decomposition by loess, Cleveland et al. (1990), J. Official Statistics 6, by ``statsmodels``; change points
by exact penalised search, Killick, Fearnhead and Eckley (2012), JASA 107, by ``ruptures``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import ruptures
from numpy.typing import NDArray
from statsmodels.tsa.seasonal import STL

from learnlake.modelling.forecasting import Numbers

Flags = NDArray[np.bool_]
WEEK = 7
FEWEST = 4 * WEEK
FEWEST_HOLIDAYS = 3
OUTSIDE = 3.2905267314919255  # standard deviations that 1 in 1,000 normal values exceeds, either way
TO_DEVIATION = 1.4826022185056018  # of a normal variable, per median absolute deviation
WEEKS_APART = 3
PENALTY = 9.0
SEASONS, TREND_DAYS = 35, 29  # how many weeks, and days, have a say in the week of a day, and in its trend


@dataclass(frozen=True)
class Parts:
    """A series as the sum of its parts; each is as long as the series.

    Attributes:
        trend: slow part.
        week: what the day of the week adds.
        holiday: what a holiday adds, on holidays; 0 where there were too few to tell.
        rest: what is left.
        is_anomaly: whether the rest is outside what all but 1 in 1,000 rests keep to.
        is_change: whether level or slope of the series are others from this day on; to the week.
    """

    trend: Numbers
    week: Numbers
    holiday: Numbers
    rest: Numbers
    is_anomaly: Flags
    is_change: Flags


def taken_apart(values: Numbers, is_holiday: Flags) -> Parts | None:
    """Take a daily series apart; None where it is shorter than four weeks, constant, or no number.

    Args:
        values: one value a day, without gaps.
        is_holiday: which days are public holidays.
    """
    if len(values) < FEWEST or not np.isfinite(values).all() or (values == values[0]).all():
        return None
    ordinary = values.copy()
    if FEWEST_HOLIDAYS <= is_holiday.sum() < len(values) / 2:
        first = _smoothed(values)
        added = float(np.median(first.resid[is_holiday]) - np.median(first.resid[~is_holiday]))
        ordinary = values - added * is_holiday
    fitted = _smoothed(ordinary)
    rest = ordinary - fitted.trend - fitted.seasonal
    return Parts(
        np.asarray(fitted.trend),
        np.asarray(fitted.seasonal),
        values - ordinary,
        rest,
        standing_out(rest),
        changes(ordinary - fitted.seasonal),
    )


def _smoothed(values: Numbers) -> Any:
    """Fit trend and week; stiffer than by default, which follows the noise and leaves too little rest."""
    return STL(values, period=WEEK, seasonal=SEASONS, trend=TREND_DAYS, robust=True).fit()


def standing_out(rest: Numbers) -> Flags:
    """Say which rests all but 1 in 1,000 would not reach; none where more than half of them are the same."""
    off = np.abs(rest - np.median(rest))
    scale = TO_DEVIATION * float(np.median(off))
    return off > OUTSIDE * scale if scale > 0 else np.zeros(len(rest), dtype=bool)


def changes(values: Numbers) -> Flags:
    """Say from which days on a series without its week follows another line; looked for week by week.

    The penalty of a change is in units of the variance of the weekly medians, estimated from their second differences, so that
    neither a level nor a slope counts as noise.
    """
    found = np.zeros(len(values), dtype=bool)
    start = len(values) % WEEK
    weeks = np.median(values[start:].reshape(-1, WEEK), axis=1)  # one odd day makes no week another one
    if len(weeks) < 2 * WEEKS_APART:
        return found
    bends = np.abs(np.diff(weeks, n=2))
    variance = (TO_DEVIATION * float(np.median(bends))) ** 2 / 6  # of x - 2y + z, for independent ones
    if variance <= 0:
        return found
    lines = np.column_stack([weeks, np.ones(len(weeks)), np.arange(len(weeks), dtype=float)])
    search = ruptures.Pelt(model="linear", min_size=WEEKS_APART, jump=1).fit(lines)
    breaks = search.predict(pen=PENALTY * variance * np.log(len(weeks)))[:-1]
    found[[start + WEEK * week for week in breaks]] = True
    return found
