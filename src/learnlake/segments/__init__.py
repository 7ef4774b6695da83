"""Who the users are: schemes that cut them into segments with names that keep their meaning."""

from learnlake.segments.answers import explain, lookalikes, segment
from learnlake.segments.answers import segments as segments_of_a_day
from learnlake.segments.settings import Schemes
from learnlake.segments.stages.segment_members import segment_members
from learnlake.segments.stages.segment_moves import segment_moves
from learnlake.segments.stages.segment_outcomes import segment_outcomes
from learnlake.segments.stages.segments import segments
from learnlake.segments.training import cut, tiers

STAGES = (cut, tiers, segment_members, segments, segment_moves, segment_outcomes)
SETTINGS = (Schemes,)
ANSWERS = (segments_of_a_day, segment, explain, lookalikes)

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "Schemes"]
