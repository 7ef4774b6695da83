"""What to offer whom: what users know and should learn next, what they turn to, and the lists they are shown."""

from learnlake.recommend import knowledge, lists, tastes

PARTS = (knowledge, tastes, lists)
STAGES = tuple(stage for part in PARTS for stage in part.STAGES)
SETTINGS = tuple(section for part in PARTS for section in part.SETTINGS)
ANSWERS = tuple(answer for part in PARTS for answer in part.ANSWERS)

__all__ = ["ANSWERS", "SETTINGS", "STAGES"]
