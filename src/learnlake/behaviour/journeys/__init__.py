"""Journeys of users: how far they get, whether they return, which state they are in, and how long they stay."""

from learnlake.behaviour.journeys.answers import funnel
from learnlake.behaviour.journeys.answers import life_cycle as flows_of_a_month
from learnlake.behaviour.journeys.answers import retention as returns_of_cohorts
from learnlake.behaviour.journeys.answers import survival as lengths_of_spells
from learnlake.behaviour.journeys.settings import Funnels, JourneySettings
from learnlake.behaviour.journeys.stages.funnels import funnels
from learnlake.behaviour.journeys.stages.life_cycle import life_cycle
from learnlake.behaviour.journeys.stages.retention import retention
from learnlake.behaviour.journeys.stages.stickiness import stickiness
from learnlake.behaviour.journeys.stages.survival import survival
from learnlake.behaviour.journeys.stages.survival_tests import survival_tests
from learnlake.behaviour.journeys.stages.user_states import user_states

STAGES = (funnels, retention, stickiness, user_states, life_cycle, survival, survival_tests)
SETTINGS = (Funnels, JourneySettings)
ANSWERS = (funnel, returns_of_cohorts, flows_of_a_month, lengths_of_spells)

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "Funnels", "JourneySettings"]
