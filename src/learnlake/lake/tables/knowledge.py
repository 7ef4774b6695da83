"""Gold tables of knowledge: what users took up, what comes before what, and what to learn next."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Refresh, Table

DAILY = Refresh.replace_day(c.AS_OF_DATE)

ITEM_PROGRESS = Table(
    layer=Layer.GOLD,
    name="item_progress",
    grain="one item that one user took up, itself or a part of it: since when, whether it is done, with what scores",
    columns=(c.AS_OF_DATE, c.USER_ID, c.ITEM_ID, c.BEGUN_AT, c.DONE_AT, c.TOUCHED_DATE, c.SCORED_COUNT, c.MEAN_SCORE),
    key=(c.AS_OF_DATE, c.USER_ID, c.ITEM_ID),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "only items of the kinds that conf names; what is done with a part of one counts for the whole",
        "events older than conf's history_days are not looked at",
    ),
)
ITEM_PREREQUISITES = Table(
    layer=Layer.GOLD,
    name="item_prerequisites",
    grain="one item and one prerequisite of it, stated by the platform or mined from the order in which users go",
    columns=(
        *(c.AS_OF_DATE, c.ITEM_ID, c.PREREQUISITE_ID, c.IS_STATED, c.IS_MINED, c.IS_TRANSITIVE, c.IS_CIRCULAR),
        *(c.BOTH_COUNT, c.PRIOR_COUNT, c.PRIOR_SHARE, c.PRIOR_LOW, c.PRIOR_HIGH, c.SOONER_SHARE),
        c.USUAL_PRIOR_SHARE,
        *(c.PRIOR_P, c.PRIOR_Q, c.PRIOR_SUCCESS_SHARE, c.OTHER_SUCCESS_SHARE, c.SUCCESS_LIFT),
    ),
    key=(c.AS_OF_DATE, c.ITEM_ID, c.PREREQUISITE_ID),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "rows with is_circular apart there is no circle; rows with is_transitive apart, too, none is told twice",
        "an order that all keep is no proof of need: a platform that locks items looks the same",
        "mined against success: where enough users went without it and did better, it is no prerequisite",
    ),
)
TOPIC_LINKS = Table(
    layer=Layer.GOLD,
    name="topic_links",
    grain="one topic beside another one: items and users that they share, and which users take up first",
    columns=(
        *(c.AS_OF_DATE, c.TOPIC, c.OTHER_TOPIC, c.SHARED_ITEM_COUNT, c.TOPIC_LEARNER_COUNT, c.OTHER_LEARNER_COUNT),
        *(c.BOTH_LEARNER_COUNT, c.EARLIER_COUNT, c.EARLIER_SHARE, c.EARLIER_LOW, c.EARLIER_HIGH, c.LINK_STRENGTH),
    ),
    key=(c.AS_OF_DATE, c.TOPIC, c.OTHER_TOPIC),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "each pair stands twice, once from either side; who took up both at one moment is earlier on neither",
        "pairs without a shared item and with fewer users of both than conf's fewest_takers are absent",
    ),
)
USER_KNOWLEDGE = Table(
    layer=Layer.GOLD,
    name="user_knowledge",
    grain="one topic that one user took up or lately looked at: what the user knows of it",
    columns=(
        *(c.AS_OF_DATE, c.USER_ID, c.TOPIC, c.KNOWLEDGE_STATE, c.KNOWLEDGE, c.TOPIC_ITEM_COUNT, c.BEGUN_COUNT),
        *(c.DONE_COUNT, c.DONE_SHARE, c.MEAN_SCORE, c.REACHED_LEVEL, c.USUAL_LEVEL, c.INTEREST_SHARE),
    ),
    key=(c.AS_OF_DATE, c.USER_ID, c.TOPIC),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "only topics about which something on offer can be learned",
        "what was learned elsewhere, or before conf's history_days, is not known here",
    ),
)
LEARNING_PATHS = Table(
    layer=Layer.GOLD,
    name="learning_paths",
    grain="one of the next three items to learn of one user, in order, with its reason and what is held back",
    columns=(
        *(c.AS_OF_DATE, c.USER_ID, c.PATH_STEP, c.ITEM_ID, c.PATH_REASON, c.CAUSE_ITEM_ID, c.CAUSE_TOPIC),
        *(c.FOLLOW_SHARE, c.INTEREST_SHARE, c.STEP_SCORE, c.REASON_EN, c.REASON_ZH, c.HELD_BACK),
    ),
    key=(c.AS_OF_DATE, c.USER_ID, c.PATH_STEP),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "an item in progress is no step; what needs it may be one, for it is taken to be finished before",
        "users of whom no interest and no item is known have no path; some have less than three steps",
    ),
)

TABLES = (ITEM_PROGRESS, ITEM_PREREQUISITES, TOPIC_LINKS, USER_KNOWLEDGE, LEARNING_PATHS)
