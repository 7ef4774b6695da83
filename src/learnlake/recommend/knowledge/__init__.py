"""What users know, what must come before what, and the next items to learn."""

from learnlake.recommend.knowledge.answers import path
from learnlake.recommend.knowledge.settings import KnowledgeSettings
from learnlake.recommend.knowledge.stages.item_prerequisites import item_prerequisites
from learnlake.recommend.knowledge.stages.item_progress import item_progress
from learnlake.recommend.knowledge.stages.learning_paths import learning_paths
from learnlake.recommend.knowledge.stages.topic_links import topic_links
from learnlake.recommend.knowledge.stages.user_knowledge import user_knowledge

STAGES = (item_progress, item_prerequisites, topic_links, user_knowledge, learning_paths)
SETTINGS = (KnowledgeSettings,)
ANSWERS = (path,)

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "KnowledgeSettings"]
