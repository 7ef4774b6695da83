"""Words of topics: what people ask about."""

from learnlake.lake.columns.named import BOOLEAN, DATE, DOUBLE, LONG, STRING, Named

TOPIC_KIND = Named("topic_kind", STRING, "kind of topics, the name of their file in conf/topics")
TOPIC = Named("topic", STRING, "topic that is asked about or learned, such as a technology or a type of request")
TOPIC_NAME = Named("topic_name", STRING, "name of the topic in English; the topic itself where conf has none")
TOPIC_NAME_ZH = Named("topic_name_zh", STRING, "name of the topic in Chinese; the topic itself where conf has none")
FOUND_BY = Named(
    "found_by", STRING, "how the topic was found: words (of conf), classifier (of texts), stated (by the source)"
)
TOPIC_PROBABILITY = Named(
    "topic_probability", DOUBLE, "chance that the classifier gives to the topic; null where words or the source say it"
)
WEEK_START = Named("week_start", DATE, "Monday of the week")
MENTION_COUNT = Named("mention_count", LONG, "mentions of the topic; one event may mention several topics")
FORMER_MENTION_COUNT = Named("former_mention_count", LONG, "mentions of the topic in as many weeks before")
CLIENT_USER_COUNT = Named(
    "asking_client_count", LONG, "clients that mention the topic; all seats of an organisation are one"
)
MENTION_SHARE = Named("mention_share", DOUBLE, "share of the topic in all mentions of its kind in the segment and week")
MENTION_LOW = Named("mention_low_share", DOUBLE, "lower end of the 95 % interval of mention_share (Wilson)")
MENTION_HIGH = Named("mention_high_share", DOUBLE, "upper end of the 95 % interval of mention_share (Wilson)")
TOPIC_HOURS = Named(
    "topic_hours", DOUBLE, "hours of the events that conf counts as spent on the topic; null where it counts none"
)
POINT = Named(
    "point",
    STRING,
    "what the topic is looked at for: rising (share of the mentions now and before), asked_again (on another day), unanswered, left_after",
)
IS_FOUND = Named(
    "is_found", BOOLEAN, "whether the cases have a larger share than the controls, beyond chance, and are many enough"
)
