"""Settings of the series: what is counted, for how long back, and which series are forecast how."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import holidays
from pydantic import Field, field_validator

from learnlake.errors import near_match
from learnlake.settings import Section, Settings

Period = Literal["day", "week"]
Metric = Literal[
    "active_users",
    "minutes",
    "views",
    "studies",
    "purchases",
    "revenue",
    "questions",
    "requests",
    "new_users",
    "lost_users",
]
Method = Literal["seasonal_naive", "drift", "theta", "ets", "arima", "croston", "tsb", "imapa", "ensemble"]
BACKTEST_DAYS = 56
Steps = Annotated[int, Field(ge=1, le=120)]


class Forecasting(Settings):
    """Which series are forecast, how far ahead, and by which methods.

    Attributes:
        schemes: schemes whose segments are forecast, besides all users and the platforms; empty for all of them.
        metrics: what is forecast; the other metrics are only counted.
        ahead: periods to forecast.
        season: periods of a season; 1 for none. A yearly season of weeks (52) takes two years of data, and long to fit.
        origins: most origins of the back-test, half of ``ahead`` apart.
        methods: the candidates; sparse series have the intermittent ones, all others the rest.
        least_gain: the ensemble is chosen unless a method of its own was better by at least this share.
        longest: a longer series is fitted on its last so many periods.
        sparse_share: from this share of zeros on, a series is sparse.
        budget_seconds: a series that takes more computing than this tries no further method; waiting for other work does not count.
    """

    schemes: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ("active_users", "minutes", "studies", "purchases", "revenue", "questions")
    ahead: dict[Period, Steps] = Field(default={"day": 28, "week": 4}, min_length=1)
    season: dict[Period, Steps] = Field(default={"day": 7, "week": 1})
    origins: int = Field(default=4, ge=1, le=20)
    methods: tuple[Method, ...] = Field(
        default=("seasonal_naive", "drift", "theta", "ets", "arima", "ensemble", "croston", "tsb", "imapa"),
        min_length=1,
    )
    least_gain: float = Field(default=0.05, ge=0, lt=1)
    longest: int = Field(default=365, ge=50)
    sparse_share: float = Field(default=0.5, gt=0, le=1)
    budget_seconds: float = Field(default=60.0, gt=0)


class SeriesSettings(Section):
    """How activity is counted over time.

    Attributes:
        history_days: how far back the series go.
        lost_after_days: a user is lost on the day on which so many days have passed without any activity.
        countries: ISO 3166 codes of the countries whose public holidays are marked.
    """

    where: ClassVar[str] = "series"
    history_days: int = Field(default=730, ge=14, le=3_660)
    lost_after_days: int = Field(default=28, ge=1)
    countries: tuple[str, ...] = ("CN",)
    forecast: Forecasting = Forecasting()

    @field_validator("countries")
    @classmethod
    def _are_known(cls, countries: tuple[str, ...]) -> tuple[str, ...]:
        known = holidays.list_supported_countries()
        for country in countries:
            if country not in known:
                raise ValueError(f"`{country}` is no country whose holidays are known; {near_match(country, known)}")
        return countries
