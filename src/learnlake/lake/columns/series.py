"""Words of the series of activity and of their forecasts."""

from pyspark.sql.types import ArrayType

from learnlake.lake.columns.named import BOOLEAN, DATE, DOUBLE, LONG, STRING, Named

DOUBLES = ArrayType(DOUBLE)

# activity_series
METRIC = Named(
    "metric",
    STRING,
    "what is counted: active_users, minutes, views, studies, purchases, revenue, questions, requests, new_users or lost_users",
)
PERIOD = Named("period", STRING, "`day`, or `week` from Monday")
PERIOD_START = Named("period_start", DATE, "first day of the period, in each platform's time zone")
VALUE = Named("value", DOUBLE, "the metric in the period; 0 where nothing happened")
IS_PARTIAL = Named("is_partial", BOOLEAN, "whether the lake holds only a part of the period's days")
HOLIDAY_COUNT = Named("holiday_count", LONG, "days of the period that are holidays in one of the countries of conf")
COURSE_START_COUNT = Named("course_start_count", LONG, "courses published in the period, on any platform")

# forecasts
FORECAST = Named("forecast", DOUBLE, "expected value of the metric in the period")
LOW_80 = Named("low_80", DOUBLE, "lower end of the 80 % prediction interval")
HIGH_80 = Named("high_80", DOUBLE, "upper end of the 80 % prediction interval")
LOW_95 = Named("low_95", DOUBLE, "lower end of the 95 % prediction interval")
HIGH_95 = Named("high_95", DOUBLE, "upper end of the 95 % prediction interval")
FORECASTER = Named("forecaster", STRING, "method that made the forecast, chosen by the back-test")
FORECAST_REMARK = Named(
    "forecast_remark", STRING, "why a simple method had to do: too short, constant, all zero, broken; else null"
)

# forecast_trials
ORIGIN_DATE = Named("origin_date", DATE, "first day of the last period that was known at the origin")
ERROR_RATIOS = Named(
    "error_ratios", DOUBLES, "absolute errors, step by step, in half widths of the method's own 95 % interval"
)
HALF_WIDTHS = Named("half_widths", DOUBLES, "half widths of the method's own 95 % interval, step by step")

# forecast_scores
ORIGIN_COUNT = Named("origin_count", LONG, "origins of the back-test, each forecast as far ahead as the forecasts are")
MASE = Named(
    "mase", DOUBLE, "mean absolute error, in those of the one-step naive forecast within the data before the origin"
)
SMAPE = Named("smape", DOUBLE, "symmetric mean absolute percentage error, 0..200; a pair of zeros is no error")
PINBALL = Named("pinball", DOUBLE, "mean pinball loss of the ends of both intervals, in the metric's unit")
COVERAGE_80 = Named("coverage_80", DOUBLE, "share of the values within the 80 % interval, at all origins but the first")
COVERAGE_95 = Named("coverage_95", DOUBLE, "share of the values within the 95 % interval, at all origins but the first")
WIDTH_80 = Named(
    "width_80",
    DOUBLE,
    "half width of the 80 % interval that back-tests of the method ask for, in half widths of its own 95 % interval",
)
WIDTH_95 = Named(
    "width_95",
    DOUBLE,
    "half width of the 95 % interval that back-tests of the method ask for, in half widths of its own 95 % interval",
)
IS_CHOSEN = Named("is_chosen", BOOLEAN, "whether this method makes the forecasts of the series")

# series_parts
TREND = Named("trend", DOUBLE, "slow part of the series")
WEEK_PART = Named("week_part", DOUBLE, "what the day of the week adds")
HOLIDAY_PART = Named(
    "holiday_part", DOUBLE, "what a public holiday adds; 0 on other days, and where there were too few to tell"
)
REST = Named("rest", DOUBLE, "value less trend, week_part and holiday_part")
IS_ANOMALY = Named(
    "is_anomaly", BOOLEAN, "whether the rest lies outside what all but 1 in 1,000 rests of the series would keep to"
)
IS_CHANGE_POINT = Named(
    "is_change_point", BOOLEAN, "whether level or slope of the series are others from this day on, to the week"
)
CAUSED_BY = Named(
    "caused_by",
    STRING,
    "of an anomaly of all users, the segment, as scheme/segment_id, whose rest makes up most of it; else null",
)
CAUSED_SHARE = Named("caused_share", DOUBLE, "share of the anomaly's rest that is caused_by's")
