"""Study habits of users, and the items at which they get stuck."""

from learnlake.behaviour.habits.answers import habits_of_segments, stuck
from learnlake.behaviour.habits.settings import HabitSettings
from learnlake.behaviour.habits.stages.stuck_points import stuck_points
from learnlake.behaviour.habits.stages.study_habits import study_habits

STAGES = (study_habits, stuck_points)
SETTINGS = (HabitSettings,)
ANSWERS = (habits_of_segments, stuck)

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "HabitSettings"]
