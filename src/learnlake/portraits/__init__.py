"""What is known of each user: tags with weight and evidence from a tree that has owners, and scores that show their parts."""

from learnlake.portraits.settings import Scores
from learnlake.portraits.stages.portraits import portraits
from learnlake.portraits.training import weights
from learnlake.portraits.tree import Tags

STAGES = (weights, portraits)
SETTINGS = (Tags, Scores)
ANSWERS = ()

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "Scores", "Tags"]
