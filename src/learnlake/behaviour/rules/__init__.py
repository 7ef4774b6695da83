"""What is taken together, and in which order."""

from learnlake.behaviour.rules.answers import paths as paths_of_a_day
from learnlake.behaviour.rules.answers import rules as rules_of_a_day
from learnlake.behaviour.rules.answers import transitions as transitions_of_a_day
from learnlake.behaviour.rules.settings import Baskets
from learnlake.behaviour.rules.stages.item_rules import item_rules
from learnlake.behaviour.rules.stages.item_sequences import item_sequences
from learnlake.behaviour.rules.stages.item_transitions import item_transitions

STAGES = (item_rules, item_sequences, item_transitions)
SETTINGS = (Baskets,)
ANSWERS = (rules_of_a_day, paths_of_a_day, transitions_of_a_day)

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "Baskets"]
