"""What goes before a first purchase or leaving, and what comes after a purchase, beside those to whom it did not happen."""

from learnlake.behaviour.moments.answers import before, sequels
from learnlake.behaviour.moments.settings import MomentSettings
from learnlake.behaviour.moments.stages.moments import moments
from learnlake.behaviour.moments.stages.purchase_sequels import purchase_sequels

STAGES = (moments, purchase_sequels)
SETTINGS = (MomentSettings,)
ANSWERS = (before, sequels)

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "MomentSettings"]
