"""How much is done, day by day and week by week, and how much will be."""

from learnlake.behaviour.series.answers import forecast
from learnlake.behaviour.series.settings import SeriesSettings
from learnlake.behaviour.series.stages.activity_series import activity_series
from learnlake.behaviour.series.stages.backtest_series import backtest_series
from learnlake.behaviour.series.stages.forecast_scores import forecast_scores
from learnlake.behaviour.series.stages.forecast_trials import forecast_trials
from learnlake.behaviour.series.stages.forecasts import forecasts
from learnlake.behaviour.series.stages.series_parts import series_parts

STAGES = (activity_series, backtest_series, forecast_trials, forecast_scores, forecasts, series_parts)
SETTINGS = (SeriesSettings,)
ANSWERS = (forecast,)

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "SeriesSettings"]
