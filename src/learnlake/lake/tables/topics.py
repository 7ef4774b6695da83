"""Gold tables of topics: what is asked about, how that goes, and where it hurts."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Refresh, Table

BY_DAY = Refresh.replace_day(c.AS_OF_DATE)
OF_SEGMENT = (c.AS_OF_DATE, c.TOPIC_KIND, c.SCHEME, c.SEGMENT_ID)
MEMBERS = "members are those known at as_of_date; segment `all` of scheme `all` counts everybody"

TEXT_TOPICS = Table(
    layer=Layer.GOLD,
    name="text_topics",
    grain="one topic that one event of the last weeks mentions",
    columns=(
        *(c.AS_OF_DATE, c.TOPIC_KIND, c.EVENT_ID, c.TOPIC, c.FOUND_BY, c.TOPIC_PROBABILITY),
        *(c.USER_ID, c.PLATFORM, c.EVENT_TYPE, c.ITEM_ID, c.OCCURRED_AT, c.EVENT_DATE, c.DURATION_SECONDS),
    ),
    key=(c.AS_OF_DATE, c.TOPIC_KIND, c.EVENT_ID, c.TOPIC),
    refresh=BY_DAY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "the text itself stays in silver.events",
        "events that conf counts for their hours stand here as well as those that mention something: see event_type",
        "a text that names nothing and reminds the classifier of nothing has no row",
    ),
)
TOPIC_WEEKS = Table(
    layer=Layer.GOLD,
    name="topic_weeks",
    grain="one topic in one week of one segment: how much it is asked about",
    columns=(
        *(*OF_SEGMENT, c.TOPIC, c.WEEK_START, c.MENTION_COUNT, c.USER_COUNT, c.CLIENT_USER_COUNT),
        *(c.MENTION_SHARE, c.MENTION_LOW, c.MENTION_HIGH, c.TOPIC_HOURS, c.IS_PARTIAL),
    ),
    key=(*OF_SEGMENT, c.TOPIC, c.WEEK_START),
    refresh=BY_DAY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("a week in which nobody mentioned the topic has no row", MEMBERS),
)
TOPIC_POINTS = Table(
    layer=Layer.GOLD,
    name="topic_points",
    grain="one thing that one topic of one segment is looked at for: the topic beside others, or now beside before",
    columns=(
        *(*OF_SEGMENT, c.TOPIC, c.POINT, c.TOPIC_NAME, c.TOPIC_NAME_ZH, c.IS_FOUND),
        *(c.MENTION_COUNT, c.FORMER_MENTION_COUNT, c.USER_COUNT, *c.CONTRAST),
    ),
    key=(*OF_SEGMENT, c.TOPIC, c.POINT),
    refresh=BY_DAY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "rising: cases are the mentions of the newest weeks, controls those of as many before; the interval and contrast_p take a user's "
        "mentions for one cluster",
        "unanswered: questions old enough; hits have no answer of somebody else in their item within the days of conf; controls are the other "
        "topics'",
        "asked_again and left_after: a case is a user of the topic, a control a user of another one; left_after only where enough days have "
        "passed since the last mention",
        "leaving after asking is not leaving because of it; a topic of which its users ask more is also asked about again by more of them",
        MEMBERS,
    ),
)

TABLES = (TEXT_TOPICS, TOPIC_WEEKS, TOPIC_POINTS)
