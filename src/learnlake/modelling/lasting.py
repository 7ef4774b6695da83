"""How much longer something lasts that has lasted so long: from grouped spells, some of which go on.

Sources: Kaplan and Meier (1958), JASA 53, for the curve; the restricted mean and its variance, Klein and Moeschberger (2003), chapter 4.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Curve:
    """A product-limit curve: the days on which spells ended, how many were at risk then, how many ended.

    Attributes:
        days: ascending.
        at_risk, ended: of each day.
        hazard: ends a day of all spells, which holds beyond the last day of the curve.
        last: day up to which enough spells are looked at.
    """

    days: Vector
    at_risk: Vector
    ended: Vector
    hazard: float
    last: float


def curve(lasted: Vector, ended: Vector, count: Vector, fewest: int = 10) -> Curve:
    """Draw the curve of grouped spells.

    Args:
        lasted: days that the spells of a group lasted, or have lasted so far.
        ended: 1 where they ended, 0 where they go on.
        count: how many there are.
        fewest: the curve is used as long as so many are at risk; beyond, the hazard of all spells holds.
    """
    days = np.unique(lasted)
    at_risk = np.array([count[lasted >= day].sum() for day in days])
    ends = np.array([(count * ended)[lasted == day].sum() for day in days])
    whole = float(count @ lasted)
    hazard = float(count @ ended) / whole if whole > 0 else 0.0
    is_known = at_risk >= fewest
    last = float(days[is_known][-1]) if is_known.any() else 0.0
    kept = is_known & (ends > 0)
    return Curve(days[kept], at_risk[kept].astype(float), ends[kept].astype(float), hazard, last)


def remaining(drawn: Curve, age: float, within: float) -> tuple[float, float, float]:
    """Return the days that a spell of ``age`` days is expected to last on, of the next ``within``, with a 95 % interval.

    The interval counts that the curve is estimated; beyond its last day the hazard is taken as given.
    """
    end, edge = age + within, max(min(age + within, drawn.last), age)
    is_ahead = (drawn.days > age) & (drawn.days <= edge)
    days, at_risk, ended = drawn.days[is_ahead], drawn.at_risk[is_ahead], drawn.ended[is_ahead]
    levels = np.concatenate([[1.0], np.cumprod(1 - ended / at_risk)])
    widths = np.diff(np.concatenate([[age], days, [edge]]))
    span = end - edge
    tail = levels[-1] * (span if drawn.hazard <= 0 else -np.expm1(-drawn.hazard * span) / drawn.hazard)
    areas = levels * widths
    whole = float(areas.sum() + tail)
    after = areas[::-1].cumsum()[::-1][1:] + tail
    is_left = at_risk > ended
    variance = float((after**2 * ended / (at_risk * np.where(is_left, at_risk - ended, 1)))[is_left].sum())
    half = Z_95 * variance**0.5
    return whole, max(whole - half, 0.0), min(whole + half, within)
