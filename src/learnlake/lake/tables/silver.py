"""Silver: one concept each, cleaned, no opinion."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Refresh, Table

PROVENANCE = (c.SOURCE, c.MAPPING, c.SOURCE_FILE, c.SOURCE_POSITION, c.RECEIVED_AT, c.VISIBLE_FROM)
FIRST = Refresh.merge(c.RECEIVED_AT, c.SOURCE_FILE, c.SOURCE_POSITION)

EVENTS = Table(
    layer=Layer.SILVER,
    name="events",
    grain="one thing one account did, once",
    columns=(
        *(
            c.EVENT_ID,
            c.PLATFORM,
            c.ACCOUNT_ID,
            c.EVENT_TYPE,
            c.ITEM_ID,
            c.SESSION_KEY,
            c.OCCURRED_AT,
            c.EVENT_DATE,
            c.LOCAL_HOUR,
        ),
        *(c.DURATION_SECONDS, c.QUANTITY, c.AMOUNT, c.CURRENCY, c.RATING, c.SCORE, c.CHANNEL, c.CAMPAIGN_ID, c.VARIANT),
        *(c.LIST_POSITION, c.LIST_ID, c.PROPENSITY, c.TO_ACCOUNT_ID, c.TEXT, c.ATTRIBUTES),
        *PROVENANCE,
    ),
    key=(c.EVENT_ID,),
    refresh=FIRST,
    dated_by=c.VISIBLE_FROM,
    warns=("quantity is not 1 everywhere: one row of a click log may stand for many clicks",),
)
ACCOUNTS = Table(
    layer=Layer.SILVER,
    name="accounts",
    grain="what was known about one account from one moment on",
    columns=(
        *(
            c.ACCOUNT_ID,
            c.KNOWN_FROM,
            c.PLATFORM,
            c.LINK_KEY,
            c.ORGANISATION_ID,
            c.PROFESSION,
            c.DECLARED_LEVEL,
            c.INTERESTS,
        ),
        *(c.LANGUAGE, c.COUNTRY, c.REGION, c.AGE_BAND, c.GENDER, c.INCOME_BAND, c.REFERRER, c.ATTRIBUTES),
        *PROVENANCE,
    ),
    key=(c.ACCOUNT_ID, c.KNOWN_FROM),
    refresh=FIRST,
    dated_by=c.VISIBLE_FROM,
    profile=(
        *(c.ORGANISATION_ID, c.PROFESSION, c.DECLARED_LEVEL, c.INTERESTS, c.LANGUAGE, c.COUNTRY),
        *(c.REGION, c.AGE_BAND, c.GENDER, c.INCOME_BAND, c.REFERRER),
    ),
    warns=("accounts that never sent attributes are absent; they still have events",),
)
ITEMS = Table(
    layer=Layer.SILVER,
    name="items",
    grain="what was known about one item from one moment on",
    columns=(
        *(
            c.ITEM_ID,
            c.KNOWN_FROM,
            c.PLATFORM,
            c.ITEM_KIND,
            c.TITLE,
            c.DESCRIPTION,
            c.TAGS,
            c.LEVEL,
            c.LANGUAGE,
            c.PRICE,
            c.CURRENCY,
        ),
        *(c.CREATOR_ID, c.PREREQUISITES, c.PART_OF, c.DUE_AT, c.PUBLISHED_AT, c.WITHDRAWN_AT, c.ATTRIBUTES),
        *PROVENANCE,
    ),
    key=(c.ITEM_ID, c.KNOWN_FROM),
    refresh=FIRST,
    dated_by=c.VISIBLE_FROM,
)
CONSENTS = Table(
    layer=Layer.SILVER,
    name="consents",
    grain="whether one account's user may be contacted for a purpose through a channel from one moment on, and on what basis",
    columns=(
        *(c.ACCOUNT_ID, c.PURPOSE, c.CHANNEL, c.KNOWN_FROM, c.PLATFORM, c.IS_GRANTED, c.BASIS),
        *PROVENANCE,
    ),
    key=(c.ACCOUNT_ID, c.PURPOSE, c.CHANNEL, c.KNOWN_FROM),
    refresh=FIRST,
    dated_by=c.VISIBLE_FROM,
    warns=(
        "no row means no permission",
        "the user is found through silver.identities, so that a later link moves no consent",
    ),
)
IDENTITIES = Table(
    layer=Layer.SILVER,
    name="identities",
    grain="which user one account belongs to from one day on, and why",
    columns=(c.ACCOUNT_ID, c.VISIBLE_FROM, c.USER_ID, c.LINKED_BY, c.KNOWN_FROM),
    key=(c.ACCOUNT_ID, c.VISIBLE_FROM),
    refresh=Refresh.replace_all(),
    dated_by=c.VISIBLE_FROM,
    warns=(
        "an account that is not here yet is its own user, with its account_id as user_id",
        "the id of a user is that of the oldest of the accounts",
    ),
)
COUNTS = (
    *(c.EVENT_COUNT, *c.TYPE_COUNTS, c.VIEW_QUANTITY, c.NIGHT_COUNT, c.ACTIVE_SECONDS, c.SPEND_AMOUNT),
    *(c.UNCONVERTED_COUNT, c.RATING_COUNT, c.RATING_SUM),
)
SETS = (c.SESSION_KEYS, c.VISITS, c.COURSE_IDS, c.TOPICS)
ACCOUNT_DAYS = Table(
    layer=Layer.SILVER,
    name="account_days",
    grain="what one account did on one day of its platform's time zone, as far as it became visible on one day",
    columns=(c.ACCOUNT_ID, c.PLATFORM, c.EVENT_DATE, c.VISIBLE_FROM, *COUNTS, *SETS),
    key=(c.ACCOUNT_ID, c.EVENT_DATE, c.VISIBLE_FROM),
    refresh=Refresh.replace_slices(c.VISIBLE_FROM),
    dated_by=c.VISIBLE_FROM,
    warns=(
        "what came late is a row of its own beside the others of its day; silver.user_days puts them together",
        "active_seconds may exceed a day here",
    ),
)
ACCOUNT_TAGS = Table(
    layer=Layer.SILVER,
    name="account_tags",
    grain="one tag of one account on one day of its platform's time zone, as far as it became visible on one day",
    columns=(
        *(c.ACCOUNT_ID, c.PLATFORM, c.EVENT_DATE, c.VISIBLE_FROM, c.TAG_KIND, c.TAG, c.FROM_ACCOUNT_ID),
        c.TAG_COUNT,
    ),
    key=(c.ACCOUNT_ID, c.EVENT_DATE, c.VISIBLE_FROM, c.TAG_KIND, c.TAG, c.FROM_ACCOUNT_ID),
    refresh=Refresh.replace_slices(c.VISIBLE_FROM),
    dated_by=c.VISIBLE_FROM,
    warns=("an account may stand here on a day on which others did something for it and it did nothing",),
)
USER_DAYS = Table(
    layer=Layer.SILVER,
    name="user_days",
    grain="one user on one platform on one day of the platform's time zone",
    columns=(c.USER_ID, c.PLATFORM, c.EVENT_DATE, *COUNTS, c.SESSION_COUNT, *SETS),
    key=(c.USER_ID, c.PLATFORM, c.EVENT_DATE),
    refresh=Refresh.at_read(),
    parts=(ACCOUNT_DAYS, IDENTITIES),
    warns=(
        "put together at every read, of the accounts that are known to belong to the user on the day that is looked at",
        "only days with an event have a row",
        "amounts without a rate are counted in unconverted_count and left out of spend_amount",
    ),
)
USER_TAGS = Table(
    layer=Layer.SILVER,
    name="user_tags",
    grain="one tag of one user on one platform on one day of its time zone",
    columns=(c.USER_ID, c.PLATFORM, c.EVENT_DATE, c.TAG_KIND, c.TAG, c.TAG_COUNT),
    key=(c.USER_ID, c.PLATFORM, c.EVENT_DATE, c.TAG_KIND, c.TAG),
    refresh=Refresh.at_read(),
    parts=(ACCOUNT_TAGS, IDENTITIES),
    warns=(
        "put together at every read, as silver.user_days",
        "a user may stand here on a day on which others did something for them and they did nothing",
        "one event has several tags, so counts of different kinds or topics do not add up to events",
    ),
)

TABLES = (EVENTS, ACCOUNTS, ITEMS, CONSENTS, IDENTITIES, ACCOUNT_DAYS, ACCOUNT_TAGS, USER_DAYS, USER_TAGS)
