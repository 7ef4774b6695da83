"""Words of knowledge: what users took up, what must be known before what, and what to learn next."""

from pyspark.sql.types import ArrayType, StructField, StructType

from learnlake.lake.columns.named import BOOLEAN, DATE, DOUBLE, INTEGER, LONG, STRING, TIMESTAMP, Named

# item_progress
BEGUN_AT = Named("begun_at", TIMESTAMP, "when the user first took up the item or a part of it, UTC")
DONE_AT = Named("done_at", TIMESTAMP, "when the user first completed the item, UTC; null = not yet", is_outcome=True)
TOUCHED_DATE = Named("touched_date", DATE, "last day on which the user did anything with the item or a part of it")
SCORED_COUNT = Named("scored_count", LONG, "submissions and attempts with a score, those of parts included")
MEAN_SCORE = Named("mean_score", DOUBLE, "mean of these scores, 0..1; null without any")

# item_prerequisites
PREREQUISITE_ID = Named("prerequisite_id", STRING, "item to know before this one")
IS_STATED = Named("is_stated", BOOLEAN, "whether the catalogue of the platform says so")
IS_MINED = Named("is_mined", BOOLEAN, "whether the order in which users go says so, beyond chance")
IS_TRANSITIVE = Named(
    "is_transitive", BOOLEAN, "whether it follows from other prerequisites, so that nobody need say it"
)
IS_CIRCULAR = Named(
    "is_circular", BOOLEAN, "whether it is left out because it would close a circle, whose weakest link it is"
)
BOTH_COUNT = Named("both_count", LONG, "users who took up both items")
PRIOR_COUNT = Named("prior_count", LONG, "users of these who completed the prerequisite before they took up the item")
PRIOR_SHARE = Named("prior_share", DOUBLE, "prior_count in both_count; null if that is 0")
PRIOR_LOW = Named("prior_low_share", DOUBLE, "lower end of the 95 % interval of prior_share (Wilson)")
PRIOR_HIGH = Named("prior_high_share", DOUBLE, "upper end of the 95 % interval of prior_share (Wilson)")
SOONER_SHARE = Named(
    "sooner_share", DOUBLE, "share of both_count that took the prerequisite up before the item, completed or not"
)
USUAL_PRIOR_SHARE = Named(
    "usual_prior_share",
    DOUBLE,
    "prior_share to expect from how early the one and how late the other comes beside all other items",
)
PRIOR_P = Named(
    "prior_p",
    DOUBLE,
    "chance of so many prior users or more if usual_prior_share held (binomial); null if too few took up both",
)
PRIOR_Q = Named(
    "prior_q",
    DOUBLE,
    "share of false ones to expect among those up to here, all pairs of enough users counted (Benjamini and Hochberg)",
)
PRIOR_SUCCESS_SHARE = Named(
    "prior_success_share", DOUBLE, "share of the users of prior_count who completed the item; null without any"
)
OTHER_SUCCESS_SHARE = Named(
    "other_success_share", DOUBLE, "share of all others who took up the item who completed it; null without any"
)
SUCCESS_LIFT = Named(
    "success_lift", DOUBLE, "prior_success_share in other_success_share; null where either rests on too few users"
)

# topic_links
OTHER_TOPIC = Named("other_topic", STRING, "topic beside it")
SHARED_ITEM_COUNT = Named("shared_item_count", LONG, "items about both topics")
TOPIC_LEARNER_COUNT = Named("topic_learner_count", LONG, "users who took up an item about the topic")
OTHER_LEARNER_COUNT = Named("other_learner_count", LONG, "users who took up an item about the other topic")
BOTH_LEARNER_COUNT = Named("both_learner_count", LONG, "users who took up items about both")
EARLIER_COUNT = Named("earlier_count", LONG, "users of these who took up the topic before the other one")
EARLIER_SHARE = Named("earlier_share", DOUBLE, "earlier_count in both_learner_count; null if that is 0")
EARLIER_LOW = Named("earlier_low_share", DOUBLE, "lower end of the 95 % interval of earlier_share (Wilson)")
EARLIER_HIGH = Named("earlier_high_share", DOUBLE, "upper end of the 95 % interval of earlier_share (Wilson)")
LINK_STRENGTH = Named("link_strength", DOUBLE, "cosine of the two sets of users, 0..1; 0 where nobody learns both")

# user_knowledge
KNOWLEDGE_STATE = Named(
    "knowledge_state",
    STRING,
    "new (looked at, nothing taken up), learning, or known (knowledge reaches the bar of conf)",
)
KNOWLEDGE = Named(
    "knowledge",
    DOUBLE,
    "items done of the topic's items, each weighed by its mean score (1 without) and halved every half-life since, 0..1",
    is_outcome=True,
)
TOPIC_ITEM_COUNT = Named("topic_item_count", LONG, "items on offer about the topic that can be learned")
BEGUN_COUNT = Named("begun_count", LONG, "items about the topic that the user took up")
DONE_COUNT = Named("done_count", LONG, "items about the topic that the user completed", is_outcome=True)
DONE_SHARE = Named("done_share", DOUBLE, "items done of the topic's items on offer, at most 1", is_outcome=True)
REACHED_LEVEL = Named("reached_level", STRING, "highest level of the items about the topic that the user took up")
USUAL_LEVEL = Named("usual_level", STRING, "level of most of the user's recent events, whatever their topic")
INTEREST_SHARE = Named("interest_share", DOUBLE, "share of the topic in the user's recent events about topics, 0..1")

# learning_paths
PATH_STEP = Named("path_step", INTEGER, "place in the path, from 1: what comes first")
PATH_REASON = Named(
    "path_reason",
    STRING,
    "opens (prerequisite of what the user wants), follows (others take it next), interest (topic), resume (begun, not done)",
)
CAUSE_ITEM_ID = Named("cause_item_id", STRING, "item that it opens or follows; null for other reasons")
CAUSE_TOPIC = Named("cause_topic", STRING, "topic of the user's interest that it is about; null for other reasons")
FOLLOW_SHARE = Named("follow_share", DOUBLE, "share of those who took the user's last item who took this one next")
STEP_SCORE = Named(
    "step_score", DOUBLE, "how much speaks for the item: what follows, interest and what it opens, weighed"
)
REASON_EN = Named("reason_en", STRING, "the reason in words, in English")
REASON_ZH = Named("reason_zh", STRING, "the reason in words, in Chinese")
HELD_BACK = Named(
    "held_back",
    ArrayType(StructType([StructField(name, STRING) for name in ("item_id", "held_by", "lacks")])),
    "at step 1, what else the user may want and why it is no step: done, level, or lacks (an item to know before); else null",
)
