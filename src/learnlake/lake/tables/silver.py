"""Silver: one concept each, cleaned, no opinion."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Refresh, Table

PROVENANCE = (c.SOURCE, c.MAPPING, c.SOURCE_FILE, c.SOURCE_POSITION, c.RECEIVED_AT)
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
    dated_by=c.EVENT_DATE,
    tracks_changes=True,
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
    dated_by=c.KNOWN_FROM,
    profile=(
        *(c.ORGANISATION_ID, c.PROFESSION, c.DECLARED_LEVEL, c.INTERESTS, c.LANGUAGE, c.COUNTRY),
        *(c.REGION, c.AGE_BAND, c.GENDER, c.INCOME_BAND, c.REFERRER),
    ),
    tracks_changes=True,
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
    dated_by=c.KNOWN_FROM,
    tracks_changes=True,
)
CONSENTS = Table(
    layer=Layer.SILVER,
    name="consents",
    grain="whether one account's user may be contacted for a purpose through a channel from one moment on, and on what basis",
    columns=(c.ACCOUNT_ID, c.PURPOSE, c.CHANNEL, c.KNOWN_FROM, c.PLATFORM, c.IS_GRANTED, c.BASIS, *PROVENANCE),
    key=(c.ACCOUNT_ID, c.PURPOSE, c.CHANNEL, c.KNOWN_FROM),
    refresh=FIRST,
    dated_by=c.KNOWN_FROM,
    warns=(
        "no row means no permission",
        "the user is found through silver.identities, so that a later link moves no consent",
    ),
)
IDENTITIES = Table(
    layer=Layer.SILVER,
    name="identities",
    grain="which user one account belongs to from one moment on, and why",
    columns=(c.ACCOUNT_ID, c.KNOWN_FROM, c.USER_ID, c.LINKED_BY),
    key=(c.ACCOUNT_ID, c.KNOWN_FROM),
    refresh=Refresh.replace_keys(c.ACCOUNT_ID),
    dated_by=c.KNOWN_FROM,
    tracks_changes=True,
    warns=("an account that is not here yet is its own user, with its account_id as user_id",),
)
USER_DAYS = Table(
    layer=Layer.SILVER,
    name="user_days",
    grain="one user on one platform on one day of the platform's time zone",
    columns=(
        *(
            c.USER_ID,
            c.PLATFORM,
            c.EVENT_DATE,
            c.EVENT_COUNT,
            *c.TYPE_COUNTS,
            c.VIEW_QUANTITY,
            c.NIGHT_COUNT,
            c.SESSION_COUNT,
        ),
        *(c.ACTIVE_SECONDS, c.SPEND_AMOUNT, c.UNCONVERTED_COUNT, c.RATING_COUNT, c.RATING_SUM, c.COURSE_IDS, c.TOPICS),
    ),
    key=(c.USER_ID, c.PLATFORM, c.EVENT_DATE),
    refresh=Refresh.replace_keys(c.EVENT_DATE),
    dated_by=c.EVENT_DATE,
    warns=(
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
    refresh=Refresh.replace_keys(c.EVENT_DATE),
    dated_by=c.EVENT_DATE,
    warns=(
        "a user may stand here on a day on which others did something for them and they did nothing",
        "a link of a recipient's account that becomes known late moves what was received only when the day is made again",
        "one event has several tags, so counts of different kinds or topics do not add up to events",
    ),
)

TABLES = (EVENTS, ACCOUNTS, ITEMS, CONSENTS, IDENTITIES, USER_DAYS, USER_TAGS)
