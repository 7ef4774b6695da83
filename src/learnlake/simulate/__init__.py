"""Invented platforms with planted truth; only the command line may use this room."""

from learnlake.simulate.chances import purchase_chances
from learnlake.simulate.logs import Log, logs
from learnlake.simulate.settings import SimulateSettings
from learnlake.simulate.truth import truth

__all__ = ["Log", "SimulateSettings", "logs", "purchase_chances", "truth"]
