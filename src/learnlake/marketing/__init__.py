"""Whom to contact: the marketer's one row per user, and the audiences of campaigns."""

from learnlake.marketing.settings import Campaigns
from learnlake.marketing.stages.audiences import audiences
from learnlake.marketing.stages.user_profile import user_profile

STAGES = (user_profile, audiences)
SETTINGS = (Campaigns,)
ANSWERS = ()

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "Campaigns"]
