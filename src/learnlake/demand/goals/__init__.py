"""Goals: what will come, of whom, with what chance and why."""

from learnlake.demand.goals.answers import chance, people_at_risk, person_at_risk
from learnlake.demand.goals.answers import goals as goals_of_a_day
from learnlake.demand.goals.settings import DemandSettings, Goals
from learnlake.demand.goals.stages.demand_features import demand_features
from learnlake.demand.goals.stages.goal_checks import goal_checks
from learnlake.demand.goals.stages.propensities import propensities
from learnlake.demand.goals.training import propensity

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "DemandSettings", "Goals"]

STAGES = (demand_features, propensity, propensities, goal_checks)
SETTINGS = (Goals, DemandSettings)
ANSWERS = (goals_of_a_day, chance, people_at_risk, person_at_risk)
