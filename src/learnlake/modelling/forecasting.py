"""Forecasts of one series of numbers: which methods there are, how they did at earlier origins, and which one to trust.

Sources: automatic ARIMA and exponential smoothing, Hyndman and Khandakar (2008), J. Statistical Software 27(3); theta,
Assimakopoulos and Nikolopoulos (2000), and as optimised by Fiorucci et al. (2016), Int. J. Forecasting; sparse demand, Croston
(1972), Teunter, Syntetos and Babai (2011), Petropoulos and Kourentzes (2015); scaled errors, Hyndman and Koehler (2006),
Int. J. Forecasting 22; calibrated intervals, Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random World. The
methods are those of ``statsforecast``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsforecast import models

from learnlake.modelling.intervals import Z_95

Numbers = NDArray[np.float64]
LEVELS = (80, 95)
NORMAL = {80: 1.2815515655446004, 95: Z_95}
SPARSE = ("croston", "tsb", "imapa")
ENSEMBLE = "ensemble"
PARTS = ("theta", "ets", "arima")
SIMPLE = "drift"

MAKERS: Mapping[str, Callable[[int], Any]] = {
    "seasonal_naive": models.SeasonalNaive,
    "drift": lambda _: models.RandomWalkWithDrift(),
    "theta": lambda season: models.DynamicOptimizedTheta(season_length=season),
    "ets": lambda season: models.AutoETS(season_length=season),
    "arima": lambda season: models.AutoARIMA(season_length=season, approximation=season > 1),
    "croston": lambda _: models.CrostonSBA(),
    "tsb": lambda _: models.TSB(alpha_d=0.2, alpha_p=0.2),
    "imapa": lambda _: models.IMAPA(),
}


@dataclass(frozen=True)
class Ahead:
    """Forecasts of the next h periods: their mean, and half the width of the 80 and 95 % intervals before calibration."""

    mean: Numbers
    half: Mapping[int, Numbers]

    def interval(self, level: int, factor: float) -> tuple[Numbers, Numbers]:
        """Return both ends of an interval, its width multiplied by a factor."""
        return self.mean - factor * self.half[level], self.mean + factor * self.half[level]


def ahead(method: str, past: Numbers, steps: int, season: int) -> Ahead:
    """Forecast with one method.

    Args:
        method: a name in ``MAKERS``.
        past: the values so far, without gaps.
        steps: h, how many periods to forecast.
        season: periods of a season; 1 where there is none.

    Raises:
        Exception: whatever the method raises on a series it cannot take.
    """
    made = MAKERS[method](season)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of optimisers that stop short; the back-test judges what came out
        if method in SPARSE:
            mean = np.asarray(made.forecast(y=past, h=steps)["mean"], dtype=np.float64)
            return _checked(Ahead(mean, _spread(past, steps)))
        told = made.forecast(y=past, h=steps, level=list(LEVELS))
    return stated(told)


def stated(told: Mapping[str, Any]) -> Ahead:
    """Take over what a method of the library states: its mean, and the ends of its intervals.

    Raises:
        ValueError: if any of it is not finite.
    """
    mean = np.asarray(told["mean"], dtype=np.float64)
    half = {level: np.asarray((told[f"hi-{level}"] - told[f"lo-{level}"]) / 2, dtype=np.float64) for level in LEVELS}
    return _checked(Ahead(mean, half))


def together(parts: list[Ahead]) -> Ahead:
    """Return the mean of several forecasts; its intervals are as wide as theirs on average.

    Source: Bates and Granger (1969), Operational Research Quarterly 20.
    """
    mean = np.mean([part.mean for part in parts], axis=0)
    return Ahead(mean, {level: np.mean([part.half[level] for part in parts], axis=0) for level in LEVELS})


def _spread(past: Numbers, steps: int) -> dict[int, Numbers]:
    """Take the spread of the values themselves, for methods that state none."""
    return {level: np.full(steps, NORMAL[level] * float(past.std())) for level in LEVELS}


def _checked(made: Ahead) -> Ahead:
    if not all(np.isfinite(values).all() for values in (made.mean, *made.half.values())):
        raise ValueError("the forecast is not finite")
    return made


def naive_error(past: Numbers) -> float:
    """Return the mean absolute error of the one-step naive forecast within the past (m = 1); nan where it is 0."""
    error = float(np.abs(np.diff(past)).mean()) if len(past) > 1 else 0.0
    return error if error > 0 else float("nan")


def smape(found: Numbers, expected: Numbers) -> float:
    """Return the symmetric mean absolute percentage error, 0..200; a pair of zeros is no error."""
    whole = np.abs(found) + np.abs(expected)
    return float(200 * np.mean(np.divide(np.abs(found - expected), whole, out=np.zeros_like(whole), where=whole > 0)))
