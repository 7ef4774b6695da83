"""What a user did: once per user and day, then rolled up as of a day."""

from learnlake.features.settings import FeatureSettings
from learnlake.features.stages.account_days import account_days
from learnlake.features.stages.account_tags import account_tags
from learnlake.features.stages.user_features import user_features

STAGES = (account_days, account_tags, user_features)
SETTINGS = (FeatureSettings,)
ANSWERS = ()

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "FeatureSettings"]
