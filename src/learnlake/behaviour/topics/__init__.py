"""What people ask about: technologies in their texts, types of their requests; what rises, and where it hurts."""

from learnlake.behaviour.topics.answers import topics, weeks
from learnlake.behaviour.topics.settings import AskingSettings, Topics
from learnlake.behaviour.topics.stages.text_topics import text_topics
from learnlake.behaviour.topics.stages.topic_points import topic_points
from learnlake.behaviour.topics.stages.topic_weeks import topic_weeks
from learnlake.behaviour.topics.training import texts

STAGES = (texts, text_topics, topic_weeks, topic_points)
SETTINGS = (Topics, AskingSettings)
ANSWERS = (topics, weeks)

__all__ = ["ANSWERS", "SETTINGS", "STAGES", "AskingSettings", "Topics"]
