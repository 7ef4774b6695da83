"""What a user did: once per user and day, then rolled up as of a day."""

from learnlake.features.settings import FeatureSettings
from learnlake.features.stages.user_days import user_days
from learnlake.features.stages.user_features import user_features
from learnlake.features.stages.user_tags import user_tags

STAGES = (user_days, user_tags, user_features)
SETTINGS = (FeatureSettings,)
ANSWERS = ()

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "FeatureSettings"]
