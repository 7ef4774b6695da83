"""Tastes: what users turn to, by what they do."""

from learnlake.recommend.tastes.settings import TasteSettings
from learnlake.recommend.tastes.stages.preferences import preferences

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "TasteSettings"]

STAGES = (preferences,)
SETTINGS = (TasteSettings,)
ANSWERS = ()
