"""The vocabulary: every column of every table, with one name, one type and one meaning.

Suffixes tell: ``_at`` a timestamp, ``_date`` a date, ``is_``/``has_`` a boolean, ``_count`` a count, ``_share`` 0..1,
``_seconds`` and ``_days`` durations, ``_amount`` money.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    IntegerType,
    LongType,
    MapType,
    StringType,
    TimestampType,
)


@dataclass(frozen=True)
class Named:
    """One word of the vocabulary.

    ``is_protected`` marks columns that describe people but steer nothing unless conf names them;
    ``is_outcome`` marks what is known only once a story has ended, and so is no input to segments or models.
    """

    name: str
    dtype: DataType
    meaning: str
    is_protected: bool = False
    is_outcome: bool = False


STRING, LONG, INTEGER, DOUBLE = StringType(), LongType(), IntegerType(), DoubleType()
BOOLEAN, DATE, TIMESTAMP, MONEY = BooleanType(), DateType(), TimestampType(), DecimalType(18, 2)
STRINGS, NOTES = ArrayType(StringType()), MapType(StringType(), StringType())

EVENT_TYPES = (
    *("register", "login", "view", "search", "impression", "click", "enroll", "study", "submit", "attempt", "complete"),
    *("purchase", "refund", "subscribe", "upgrade", "renew", "cancel", "rate", "review", "ask", "answer", "comment"),
    *("vote", "follow", "share", "commit", "consult_request", "consult", "survey", "complaint", "message_sent"),
    *("message_opened", "message_clicked", "feedback"),
)
OUTCOME_EVENT_TYPES = ("complete", "refund", "cancel")

# bronze: where a raw record came from
FILE = Named("_file", STRING, "path of the raw file below its source's root")
POSITION = Named(
    "_position",
    STRING,
    "hash of the record's content, its place in the file; equal records share it, or are numbered where they are real repeats",
)
RECEIVED = Named("_received_at", TIMESTAMP, "when the record reached us, UTC")

# keys and provenance
AS_OF_DATE = Named("as_of_date", DATE, "the closed day at whose end the row is known")
PLATFORM = Named("platform", STRING, "platform on which it happened")
ACCOUNT_ID = Named("account_id", STRING, "a login on one platform: hash of platform and keyed hash of the raw key")
USER_ID = Named("user_id", STRING, "the person behind one or more accounts")
ORGANISATION_ID = Named("organisation_id", STRING, "client with many seats that the account belongs to")
EVENT_ID = Named("event_id", STRING, "hash of what makes the event one event")
ITEM_ID = Named("item_id", STRING, "thing that is sold, studied, read or asked about; unique over platforms")
SOURCE = Named("source", STRING, "source whose raw rows it came from")
MAPPING = Named("mapping", STRING, "mapping of the source that made it")
SOURCE_FILE = Named("source_file", STRING, "raw file it came from, below the source's root")
SOURCE_POSITION = Named("source_position", STRING, "content hash and copy number of the raw record")
RECEIVED_AT = Named("received_at", TIMESTAMP, "when the raw record reached us, UTC")
KNOWN_FROM = Named("known_from", TIMESTAMP, "moment from which the row holds, UTC")

# events
EVENT_TYPE = Named("event_type", STRING, "what was done, of a closed vocabulary")
EVENT_DATE = Named("event_date", DATE, "day on which it happened, in the platform's time zone")
OCCURRED_AT = Named("occurred_at", TIMESTAMP, "moment at which it happened, UTC")
LOCAL_HOUR = Named("local_hour", INTEGER, "hour of the day at which it happened, 0..23, in the platform's time zone")
SESSION_KEY = Named("session_key", STRING, "the source's own name of the visit, if it has one")
DURATION_SECONDS = Named("duration_seconds", DOUBLE, "how long it took")
QUANTITY = Named("quantity", LONG, "how many: clicks of one view, copies of one purchase")
AMOUNT = Named("amount", MONEY, "money as it was paid, in `currency`")
CURRENCY = Named("currency", STRING, "ISO 4217 code of the amounts as they were paid")
RATING = Named("rating", DOUBLE, "rating by the user, scaled to 0..1; the raw one is in attributes")
SCORE = Named("score", DOUBLE, "result of a submission or attempt, scaled to 0..1; the raw one is in attributes")
CHANNEL = Named("channel", STRING, "way to reach a user: email, sms, push, onsite")
CAMPAIGN_ID = Named("campaign_id", STRING, "campaign, the name of its file in conf/campaigns")
VARIANT = Named("variant", STRING, "variant that was shown")
LIST_POSITION = Named("position", INTEGER, "place in the list that was shown, from 1")
LIST_ID = Named("list_id", STRING, "list that was shown")
PROPENSITY = Named("propensity", DOUBLE, "chance with which it was shown")
TEXT = Named("text", STRING, "what the user wrote, personal data masked")
ATTRIBUTES = Named("attributes", NOTES, "whatever else the source says")

# accounts
LINK_KEY = Named("link_key", STRING, "keyed hash that is equal on accounts of one person, such as a hashed e-mail")
PROFESSION = Named("profession", STRING, "declared profession")
DECLARED_LEVEL = Named("declared_level", STRING, "level the user declared: junior, intermediate or senior")
INTERESTS = Named("interests", STRINGS, "declared technologies and topics of interest")
LANGUAGE = Named("language", STRING, "ISO 639-1 code of the preferred language, or of the item")
COUNTRY = Named("country", STRING, "ISO 3166 code of the country")
REGION = Named("region", STRING, "region within the country", is_protected=True)
AGE_BAND = Named("age_band", STRING, "age band as the platform states it", is_protected=True)
GENDER = Named("gender", STRING, "gender as the platform states it", is_protected=True)
INCOME_BAND = Named("income_band", STRING, "income or deprivation band as the platform states it", is_protected=True)
REFERRER = Named("referrer", STRING, "where the account came from")
LINKED_BY = Named("linked_by", STRING, "why the account belongs to the user: `link_key` or `own_account`")

# items
ITEM_KIND = Named(
    "item_kind",
    STRING,
    "course, book, chapter, article, topic, thread, resource, solution, service, membership, assessment or site",
)
TITLE = Named("title", STRING, "title of the item")
DESCRIPTION = Named("description", STRING, "description of the item")
TAGS = Named("tags", STRINGS, "technologies and topics of the item")
LEVEL = Named("level", STRING, "level the item is made for")
PRICE = Named("price", MONEY, "list price in `currency`")
CREATOR_ID = Named("creator_id", STRING, "who made the item")
PREREQUISITES = Named("prerequisites", STRINGS, "items to know before this one")
PART_OF = Named("part_of", STRING, "item that this one is a part of")
DUE_AT = Named("due_at", TIMESTAMP, "deadline, UTC")
PUBLISHED_AT = Named("published_at", TIMESTAMP, "when it was published, UTC")
WITHDRAWN_AT = Named("withdrawn_at", TIMESTAMP, "when it left the catalogue, UTC")

# consents
PURPOSE = Named("purpose", STRING, "what the user may be contacted for")
BASIS = Named("basis", STRING, "legal basis of the contact, such as consent or legitimate_interest")
IS_GRANTED = Named("is_granted", BOOLEAN, "whether contact is allowed from known_from on")

# user_days
EVENT_COUNT = Named("event_count", LONG, "events of any type")
TYPE_COUNTS = tuple(
    Named(f"{kind}_count", LONG, f"events of type {kind}", is_outcome=kind in OUTCOME_EVENT_TYPES)
    for kind in EVENT_TYPES
)
VIEW_QUANTITY = Named(
    "view_quantity", LONG, "clicks or pages of the views, their quantity summed; 1 where it is not stated"
)
NIGHT_COUNT = Named("night_count", LONG, "events between 22:00 and 06:00 in the platform's time zone")
SESSION_COUNT = Named(
    "session_count", LONG, "visits with an event on the day: the source's own, else split by 30 idle minutes"
)
ACTIVE_SECONDS = Named("active_seconds", DOUBLE, "durations of the events summed, capped at one day")
SPEND_AMOUNT = Named("spend_amount", MONEY, "money paid less refunds, in the reporting currency")
UNCONVERTED_COUNT = Named(
    "unconverted_count", LONG, "amounts without a rate to the reporting currency, left out of spend"
)
RATING_COUNT = Named("rating_count", LONG, "ratings given")
RATING_SUM = Named("rating_sum", DOUBLE, "ratings given, summed, each 0..1")
COURSE_IDS = Named("course_ids", STRINGS, "courses that the events belong to, sorted")
TOPICS = Named("topics", STRINGS, "tags of the items that the events belong to, sorted")

# user_features
FIRST_DATE = Named("first_date", DATE, "first day with an event")
TENURE_DAYS = Named("tenure_days", INTEGER, "days from the first event to as_of_date")
IDLE_DAYS = Named("idle_days", INTEGER, "days since the last event, 0 = on as_of_date (recency)")
PLATFORMS = Named("platforms", STRINGS, "platforms the user was ever seen on, sorted")
CURRENT_STREAK_DAYS = Named(
    "current_streak_days",
    INTEGER,
    "length of the run of active days that ends on as_of_date or the day before; 0 if none",
)
LONGEST_STREAK_DAYS = Named("longest_streak_days", INTEGER, "length of the longest run of active days ever")
EVER_SPEND_AMOUNT = Named("ever_spend_amount", MONEY, "money paid less refunds, ever, reporting currency")
EVER_COURSE_COUNT = Named("ever_course_count", LONG, "different courses touched ever")
EVER_TOPIC_COUNT = Named("ever_topic_count", LONG, "different topics touched ever")
MEAN_RATING = Named("mean_rating", DOUBLE, "mean of all ratings given, 0..1; null without any")
EVER_RATING_COUNT = Named("ever_rating_count", LONG, "ratings given ever: how much mean_rating rests on")
NIGHT_SHARE = Named(
    "night_share", DOUBLE, "share of the last 90 days' events between 22:00 and 06:00; null without events"
)
WEEKEND_SHARE = Named(
    "weekend_share", DOUBLE, "share of the last 90 days' active days on Saturday or Sunday; null without any"
)
ACTIVITY_TREND = Named(
    "activity_trend", DOUBLE, "ln((1 + events of the last 30 days) / (1 + events of the 30 days before))"
)

WINDOWS = (7, 30, 90)
GROUPS: dict[str, tuple[str, ...]] = {
    "login": ("login",),
    "browse": ("view", "search", "click"),
    "purchase": ("purchase", "subscribe", "renew", "upgrade"),
    "study": ("study", "submit", "attempt"),
    "community": ("ask", "answer", "comment", "vote", "follow", "share", "commit"),
    "consulting": ("consult_request", "consult"),
}
GROUP_COUNTS = tuple(
    Named(f"{group}_count_{days}d", LONG, f"{group} events ({', '.join(kinds)}) of the last {days} days")
    for group, kinds in GROUPS.items()
    for days in WINDOWS
) + tuple(
    Named(f"ever_{group}_count", LONG, f"{group} events ({', '.join(kinds)}) ever") for group, kinds in GROUPS.items()
)
ACTIVE_DAYS = (
    *(Named(f"active_days_{days}d", LONG, f"days with an event among the last {days}") for days in WINDOWS),
    Named("ever_active_days", LONG, "days with an event ever"),
)
SESSIONS_OVER = tuple(Named(f"session_count_{days}d", LONG, f"visits of the last {days} days") for days in WINDOWS)
MINUTES_OVER = tuple(
    Named(f"minutes_a_day_{days}d", DOUBLE, f"minutes a day, mean over the last {days} days") for days in WINDOWS
)
SPEND_OVER = tuple(
    Named(f"spend_amount_{days}d", MONEY, f"money paid less refunds in the last {days} days, reporting currency")
    for days in WINDOWS
)
BREADTH_OVER = tuple(
    Named(f"course_count_{days}d", LONG, f"different courses touched in the last {days} days") for days in WINDOWS
) + tuple(Named(f"topic_count_{days}d", LONG, f"different topics touched in the last {days} days") for days in WINDOWS)

# segments
SCHEME = Named("scheme", STRING, "way of cutting users into segments, the name of its file in conf/segments")
SEGMENT_ID = Named("segment_id", STRING, "segment; the same id means the same segment from one retraining to the next")
SEGMENT_NAME = Named("segment_name", STRING, "name in English, from what sets the segment apart")
SEGMENT_NAME_ZH = Named("segment_name_zh", STRING, "name in Chinese, from what sets the segment apart")
MEMBER_COUNT = Named("member_count", LONG, "users in the segment")
MEMBER_SHARE = Named("member_share", DOUBLE, "share of the scheme's users that are in the segment")
APART_BY = Named(
    "apart_by",
    MapType(StringType(), DoubleType()),
    "feature -> how many standard deviations (of the tamed feature) the segment's centre lies from the mean user",
)
SILHOUETTE = Named(
    "silhouette",
    DOUBLE,
    "simplified silhouette: mean of 1 - distance / second_distance over the members, 0..1; null without members",
)
MODEL_VERSION = Named("model_version", STRING, "version of the model that made the row")
MEMBER_SINCE = Named(
    "member_since", DATE, "first as-of date of the unbroken stay in the segment, among the days computed"
)
SECOND_SEGMENT_ID = Named("second_segment_id", STRING, "second nearest segment")
DISTANCE = Named("distance", DOUBLE, "distance to the segment's centre in the model's scaled space")
SECOND_DISTANCE = Named("second_distance", DOUBLE, "distance to the second nearest centre")

# audiences
WAVE = Named("wave", INTEGER, "wave of the campaign, from 1")
ARM = Named("arm", STRING, "`contact` or `holdout`, kept once drawn")
OFFER = Named("offer", STRING, "what is offered, in English")
OFFER_ZH = Named("offer_zh", STRING, "what is offered, in Chinese")
WHY = Named("why", STRING, "the condition that chose the user")

# ops
RUN_ID = Named("run_id", STRING, "one invocation of the job")
STEP_RUN_ID = Named("step_run_id", STRING, "one run of one step")
STEP = Named("step", STRING, "table or model that the step makes")
STATUS = Named("status", STRING, "done, failed, or unpublished (the gate refused)")
ROWS_READ = Named("rows_read", LONG, "rows handed to the step")
ROWS_KEPT = Named("rows_kept", LONG, "rows that stand in the table because of the step")
ROWS_REJECTED = Named("rows_rejected", LONG, "rows refused with reasons")
ROWS_DUPLICATE = Named("rows_duplicate", LONG, "rows that say again what another row says")
ROWS_NOT_APPLICABLE = Named("rows_not_applicable", LONG, "rows that the step is not meant for")
SECONDS = Named("seconds", DOUBLE, "wall-clock seconds")
VERSIONS_READ = Named("versions_read", MapType(StringType(), LongType()), "Delta version of each table as it was read")
VERSION_WRITTEN = Named("version_written", LONG, "Delta version that the step wrote")
SIGNATURE = Named("signature", STRING, "hash of the step's inputs, settings and code: equal = nothing to do")
STARTED_AT = Named("started_at", TIMESTAMP, "when the step started, UTC")
MESSAGE = Named("message", STRING, "what the run said")
REJECT_ID = Named("reject_id", STRING, "hash of source, mapping, file, position and copy number")
REASONS = Named("reasons", STRINGS, "names of the rules the row breaks")
ROW = Named("row", STRING, "the row as JSON, personal columns hashed; null for a line that cannot be parsed")
CHECK_ID = Named("check_id", STRING, "one result of one check")
CHECK = Named("check", STRING, "what was checked")
IS_OK = Named("is_ok", BOOLEAN, "whether the check held")
DETAIL = Named("detail", STRING, "the numbers of the check")
DECISION_ID = Named("decision_id", STRING, "one decision of the gate")
MODEL = Named("model", STRING, "name of the model")
TRAIN_DATE = Named("train_date", DATE, "last day whose data the training saw")
IS_PUBLISHED = Named("is_published", BOOLEAN, "whether the gate let the candidate pass")
METRICS = Named("metrics", MapType(StringType(), DoubleType()), "metrics of candidate and baselines")
REASON = Named("reason", STRING, "why the gate decided so, in a sentence")
