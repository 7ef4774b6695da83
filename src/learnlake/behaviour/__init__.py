"""What users do and will do: series with forecasts, rules and paths, journeys."""

from learnlake.behaviour import habits, journeys, moments, rules, series, topics

PARTS = (series, rules, journeys, habits, moments, topics)
STAGES = tuple(stage for part in PARTS for stage in part.STAGES)
SETTINGS = tuple(section for part in PARTS for section in part.SETTINGS)
ANSWERS = tuple(answer for part in PARTS for answer in part.ANSWERS)

__all__ = ["ANSWERS", "SETTINGS", "STAGES"]
