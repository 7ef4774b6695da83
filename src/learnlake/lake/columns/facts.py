"""Words of bronze and silver: what arrived, and what it says."""

from typing import Literal

from learnlake.lake.columns.named import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    LONG,
    LONGS,
    MONEY,
    NOTES,
    SPANS,
    STRING,
    STRINGS,
    TIMESTAMP,
    Named,
)

EVENT_TYPES = (
    *("register", "login", "view", "search", "impression", "click", "enroll", "study", "submit", "attempt", "complete"),
    *("purchase", "refund", "subscribe", "upgrade", "renew", "cancel", "rate", "review", "ask", "answer", "comment"),
    *("vote", "follow", "share", "commit", "consult_request", "consult", "survey", "complaint", "message_sent"),
    *("message_opened", "message_clicked", "feedback"),
)
EventType = Literal[EVENT_TYPES]  # type: ignore[valid-type]  # a Literal of the vocabulary
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
VISIBLE_FROM = Named(
    "visible_from",
    DATE,
    "first as-of day that may see the row: its own day in the platform's time zone, or the day it arrived on, where that is later and its source is live",
)

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
TO_ACCOUNT_ID = Named(
    "to_account_id",
    STRING,
    "account at which it was directed: whose answer was voted for or accepted, who was followed",
)
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

# account_days and user_days
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
SESSION_KEYS = Named("session_keys", LONGS, "hashes of the source's own keys of the visits, sorted")
VISITS = Named(
    "visits",
    SPANS,
    "visits of the events without a key, in seconds since 1970: begin, and end with the idle time within which an event still belongs to it",
)
COURSE_IDS = Named("course_ids", STRINGS, "courses that the events belong to, sorted")
TOPICS = Named("topics", STRINGS, "tags of the items that the events belong to, sorted")

# account_tags and user_tags
TAG_KIND = Named(
    "tag_kind",
    STRING,
    "kind of the tag: topic, level, item_kind, language, bought, hour, device, channel, or received",
)
FROM_ACCOUNT_ID = Named(
    "from_account_id",
    STRING,
    "for `received`, the account that did it for this one; else empty, for no other account had a part",
)
TAG = Named("tag", STRING, "one value of its kind, such as `python`, `senior`, `course`, `21`, `mobile` or `accepted`")
TAG_COUNT = Named(
    "tag_count", LONG, "events of the day that carry the tag; for `received`, what others did for the user"
)
