"""Who the users are: schemes that cut them into segments with names that keep their meaning."""

from learnlake.segments.settings import Schemes
from learnlake.segments.stages.segment_members import segment_members
from learnlake.segments.stages.segments import segments
from learnlake.segments.training import behaviour

STAGES = (behaviour, segment_members, segments)
SETTINGS = (Schemes,)
ANSWERS = ()

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "Schemes"]
