"""Gold: named by entity, dated, what others may read."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Pivot, Refresh, Table

FEATURES = (
    *(
        c.FIRST_DATE,
        c.TENURE_DAYS,
        c.IDLE_DAYS,
        c.PLATFORMS,
        *c.GROUP_COUNTS,
        *c.ACTIVE_DAYS,
        *c.SESSIONS_OVER,
        *c.MINUTES_OVER,
    ),
    *(c.EVER_SPEND_AMOUNT, *c.SPEND_OVER, c.EVER_COURSE_COUNT, c.EVER_TOPIC_COUNT, *c.BREADTH_OVER),
    *(
        c.CURRENT_STREAK_DAYS,
        c.LONGEST_STREAK_DAYS,
        c.MEAN_RATING,
        c.EVER_RATING_COUNT,
        c.NIGHT_SHARE,
        c.WEEKEND_SHARE,
        c.ACTIVITY_TREND,
    ),
    *c.LEVEL_SHARES,
    *c.RECEIVED_COUNTS,
)
USER_FEATURES = Table(
    layer=Layer.GOLD,
    name="user_features",
    grain="one user, as known at the end of as_of_date",
    columns=(c.AS_OF_DATE, c.USER_ID, *FEATURES),
    key=(c.AS_OF_DATE, c.USER_ID),
    refresh=Refresh.replace_day(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    profile=FEATURES,
    warns=("users never seen by as_of_date are absent",),
)
SEGMENTS = Table(
    layer=Layer.GOLD,
    name="segments",
    grain="one segment of one scheme: its name, its size, what defines it, and what changed",
    columns=(
        *(c.AS_OF_DATE, c.SCHEME, c.SEGMENT_ID, c.SEGMENT_NAME, c.SEGMENT_NAME_ZH, c.COLOUR, c.MEMBER_COUNT),
        *(c.MEMBER_SHARE, c.CLIENT_COUNT, c.SPEND_SHARE, c.DEFINITION, c.DEFINITION_EN, c.DEFINITION_ZH),
        *(c.DEFINITION_PRECISION, c.DEFINITION_RECALL, c.APART_BY, c.EXAMPLE_USER_IDS, c.SILHOUETTE, c.STABILITY),
        *(c.TREE_PATH, c.BEFORE_DATE, c.MEMBER_CHANGE, c.APART_CHANGE, c.MODEL_VERSION),
    ),
    key=(c.AS_OF_DATE, c.SCHEME, c.SEGMENT_ID),
    refresh=Refresh.replace_day(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("a scheme without rows had no published model: no structure, no known tier, or a gate that refused",),
)
SEGMENT_MEMBERS = Table(
    layer=Layer.GOLD,
    name="segment_members",
    grain="one user in one scheme: the segment, since when, and the second nearest",
    columns=(
        *(c.AS_OF_DATE, c.SCHEME, c.USER_ID, c.SEGMENT_ID, c.MEMBER_SINCE, c.PREVIOUS_SEGMENT_ID, c.SECOND_SEGMENT_ID),
        *(c.DISTANCE, c.SECOND_DISTANCE, c.PROBABILITY, c.SECOND_PROBABILITY, c.IS_HELD, c.MOVES_BY, c.MOVES_TO),
        c.MODEL_VERSION,
    ),
    key=(c.AS_OF_DATE, c.SCHEME, c.USER_ID),
    refresh=Refresh.replace_day(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    pivot=Pivot(by=c.SCHEME, value=c.SEGMENT_ID, folder="segments", pattern="segment_{}"),
    warns=("member_since goes back over the days that were computed, not over every calendar day",),
)
SEGMENT_MOVES = Table(
    layer=Layer.GOLD,
    name="segment_moves",
    grain="one way from one segment to another since the newest earlier day, and what became of segments at a retraining",
    columns=(c.AS_OF_DATE, c.SCHEME, c.FROM_SEGMENT_ID, c.TO_SEGMENT_ID, c.MOVE_KIND, c.MOVED_COUNT, c.BEFORE_DATE),
    key=(c.AS_OF_DATE, c.SCHEME, c.FROM_SEGMENT_ID, c.TO_SEGMENT_ID),
    refresh=Refresh.replace_day(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("nothing on the first day of a scheme: there is no earlier one to come from",),
)
SEGMENT_OUTCOMES = Table(
    layer=Layer.GOLD,
    name="segment_outcomes",
    grain="one outcome of one segment: how many members had it, beside all other users of the scheme",
    columns=(
        *(c.AS_OF_DATE, c.SCHEME, c.SEGMENT_ID, c.OUTCOME, c.MEMBERS_DATE, c.MEMBER_COUNT, c.OUTCOME_COUNT),
        *(
            c.OUTCOME_SHARE,
            c.OUTCOME_LOW,
            c.OUTCOME_HIGH,
            c.REST_DIFFERENCE,
            c.REST_DIFFERENCE_LOW,
            c.REST_DIFFERENCE_HIGH,
        ),
    ),
    key=(c.AS_OF_DATE, c.SCHEME, c.SEGMENT_ID, c.OUTCOME),
    refresh=Refresh.replace_day(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "a difference between segments is no effect of being in one",
        "an outcome of kind `ever` is of the same time as the membership, one of kind `after` is later",
    ),
)
PORTRAITS = Table(
    layer=Layer.GOLD,
    name="portraits",
    grain="one user's tags, with weight and evidence, and portrait scores, with their parts",
    columns=(
        *(c.AS_OF_DATE, c.USER_ID, c.TOP_INTEREST, c.TOP_LEVEL, c.PORTRAIT_TAGS, c.PORTRAIT_EVENT_COUNT),
        *(c.PORTRAIT_EVIDENCE, c.PORTRAIT_CERTAINTY, c.SCORES, c.SCORE_PARTS, c.SCORE_VERSIONS, c.BRANCH_VERSIONS),
    ),
    key=(c.AS_OF_DATE, c.USER_ID),
    refresh=Refresh.replace_day(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    profile=(c.TOP_INTEREST, c.TOP_LEVEL, c.PORTRAIT_EVENT_COUNT, c.PORTRAIT_CERTAINTY),
    warns=(
        "a tag of basis prior says what users of the same platform and referrer do, not what this one did",
        "the weights of a branch need not add up to 1: the prior's share of tags never seen of the user is left out",
        "a score of kind spread lies along the direction in which users differ most; its weights are no importance",
        "a learned score is a log of odds",
    ),
)
USER_PROFILE = Table(
    layer=Layer.GOLD,
    name="user_profile",
    grain="one user: the marketer's one wide row",
    columns=(c.AS_OF_DATE, c.USER_ID),
    key=(c.AS_OF_DATE, c.USER_ID),
    refresh=Refresh.replace_day(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("further columns are those that other tables mark as part of the profile",),
)
AUDIENCES = Table(
    layer=Layer.GOLD,
    name="audiences",
    grain="one user in one wave of one campaign",
    columns=(c.CAMPAIGN_ID, c.WAVE, c.USER_ID, c.ARM, c.OFFER, c.OFFER_ZH, c.CHANNEL, c.BASIS, c.WHY, c.AS_OF_DATE),
    key=(c.CAMPAIGN_ID, c.WAVE, c.USER_ID),
    refresh=Refresh.merge(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    warns=("an arm once drawn is kept; contact only arm `contact`",),
)

TABLES = (
    *(USER_FEATURES, SEGMENTS, SEGMENT_MEMBERS, SEGMENT_MOVES, SEGMENT_OUTCOMES),
    *(PORTRAITS, USER_PROFILE, AUDIENCES),
)
