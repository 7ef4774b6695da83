"""Demand: whether they will buy, renew, leave, with what chance and why, and what they are worth."""

from learnlake.demand import goals, values

PARTS = (goals, values)
STAGES = tuple(stage for part in PARTS for stage in part.STAGES)
SETTINGS = tuple(section for part in PARTS for section in part.SETTINGS)
ANSWERS = tuple(answer for part in PARTS for answer in part.ANSWERS)

__all__ = ["ANSWERS", "SETTINGS", "STAGES"]
