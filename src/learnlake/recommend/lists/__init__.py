"""Lists: what each placement shows to each user, in which order and why."""

from learnlake.recommend.lists.answers import lists_now, lists_of_a_day
from learnlake.recommend.lists.settings import ListSettings, Placements
from learnlake.recommend.lists.stages.recommendations import recommendations
from learnlake.recommend.lists.training import recommender

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "ListSettings", "Placements"]

STAGES = (recommender, recommendations)
SETTINGS = (Placements, ListSettings)
ANSWERS = (lists_of_a_day, lists_now)
