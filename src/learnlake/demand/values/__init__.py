"""What customers are worth: whether they still are one, how often they will buy, for how much, and how long members stay."""

from learnlake.demand.values.answers import value_deciles, values
from learnlake.demand.values.settings import ValueSettings
from learnlake.demand.values.stages.customer_values import customer_values
from learnlake.demand.values.training import customer_values as lifetimes

STAGES = (lifetimes, customer_values)
SETTINGS = (ValueSettings,)
ANSWERS = (values, value_deciles)

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "ValueSettings"]
