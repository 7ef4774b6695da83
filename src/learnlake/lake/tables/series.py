"""Gold tables of series: what was done in each period, its parts, and what is expected."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Refresh, Table

SERIES_KEY = (c.AS_OF_DATE, c.SCHEME, c.SEGMENT_ID, c.METRIC, c.PERIOD)
POINT_KEY = (*SERIES_KEY, c.PERIOD_START)
DAILY = Refresh.replace_day(c.AS_OF_DATE)
POINTS = (*POINT_KEY, c.VALUE, c.IS_PARTIAL, c.HOLIDAY_COUNT, c.COURSE_START_COUNT)

ACTIVITY_SERIES = Table(
    layer=Layer.GOLD,
    name="activity_series",
    grain="one metric of one segment in one period; the members are those known at as_of_date",
    columns=POINTS,
    key=POINT_KEY,
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "segment `all` of scheme `all` counts every user, scheme `platform` what was done on each platform, and segment "
        "`outside` of a scheme the users in none of its segments",
        "today's members looked at backwards are chosen by their own future: a segment of buyers has always bought more",
        "a user of two platforms is an active user of both, so platforms do not add up to all in users",
    ),
)
BACKTEST_SERIES = Table(
    layer=Layer.GOLD,
    name="backtest_series",
    grain="one metric of one segment in one period; the members are those known at members_date, before the origins of a back-test",
    columns=(*POINTS, c.MEMBERS_DATE),
    key=POINT_KEY,
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("where no earlier members are known, they are those of as_of_date, and members_date says so",),
)
FORECAST_TRIALS = Table(
    layer=Layer.GOLD,
    name="forecast_trials",
    grain="what one forecasting method did on one series at one earlier origin",
    columns=(
        *(*SERIES_KEY, c.FORECASTER, c.ORIGIN_DATE, c.MASE, c.SMAPE, c.ERROR_RATIOS, c.HALF_WIDTHS, c.IS_CHOSEN),
        *(c.FORECAST_REMARK, c.MEMBERS_DATE),
    ),
    key=(*SERIES_KEY, c.FORECASTER, c.ORIGIN_DATE),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("a series of which nothing better can be said has one row without errors; its remark says why",),
)
FORECAST_SCORES = Table(
    layer=Layer.GOLD,
    name="forecast_scores",
    grain="one forecasting method on one series: how well it does at earlier origins",
    columns=(
        *(*SERIES_KEY, c.FORECASTER, c.ORIGIN_COUNT, c.MASE, c.SMAPE, c.PINBALL, c.COVERAGE_80, c.COVERAGE_95),
        *(c.WIDTH_80, c.WIDTH_95, c.IS_CHOSEN, c.FORECAST_REMARK, c.MEMBERS_DATE),
    ),
    key=(*SERIES_KEY, c.FORECASTER),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("the mean absolute scaled error is scaled by the one-step naive error (m = 1), weekly and daily alike",),
)
FORECASTS = Table(
    layer=Layer.GOLD,
    name="forecasts",
    grain="one forecast point of one series, with 80 % and 95 % prediction intervals",
    columns=(
        *(*POINT_KEY, c.FORECAST, c.LOW_80, c.HIGH_80, c.LOW_95, c.HIGH_95),
        *(c.FORECASTER, c.MASE, c.FORECAST_REMARK),
    ),
    key=POINT_KEY,
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "segments of a scheme, with `outside`, add up to all users; platforms do for what is counted per event, not per user",
        "days and weeks are forecast on their own and need not add up",
    ),
)
SERIES_PARTS = Table(
    layer=Layer.GOLD,
    name="series_parts",
    grain="one day of one series, taken apart into trend, week, holidays and rest",
    columns=(
        *POINT_KEY,
        c.VALUE,
        c.TREND,
        c.WEEK_PART,
        c.HOLIDAY_PART,
        c.REST,
        c.IS_ANOMALY,
        c.IS_CHANGE_POINT,
        c.CAUSED_BY,
        c.CAUSED_SHARE,
    ),
    key=POINT_KEY,
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("a cause is a share of the sum, not a reason",),
)

TABLES = (ACTIVITY_SERIES, BACKTEST_SERIES, FORECAST_TRIALS, FORECAST_SCORES, FORECASTS, SERIES_PARTS)
