"""Gold tables of journeys: funnels, cohorts that return, stickiness, life-cycle states, survival."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Refresh, Table

DAILY = Refresh.replace_day(c.AS_OF_DATE)
BY_SEGMENT = (c.AS_OF_DATE, c.SCHEME, c.SEGMENT_ID)
MEMBERS_OF_TODAY = (
    "segment `all` of scheme `all` counts everybody; the members of the others are those known at as_of_date, and who is in a "
    "segment today may be there because of what is counted here: a difference between segments is no effect of being in one"
)

FUNNELS = Table(
    layer=Layer.GOLD,
    name="funnels",
    grain="one step of one funnel in one segment: how many users got there",
    columns=(
        *(c.AS_OF_DATE, c.FUNNEL, c.SCHEME, c.SEGMENT_ID, c.FUNNEL_STEP, c.FUNNEL_NAME, c.FUNNEL_NAME_ZH),
        *(c.STEP_NAME, c.STEP_NAME_ZH, c.USER_COUNT, c.OPEN_COUNT, c.FIRST_SHARE, c.FIRST_LOW, c.FIRST_HIGH),
        *(c.PREVIOUS_SHARE, c.PREVIOUS_LOW, c.PREVIOUS_HIGH, c.MEDIAN_WAIT),
    ),
    key=(c.AS_OF_DATE, c.FUNNEL, c.SCHEME, c.SEGMENT_ID, c.FUNNEL_STEP),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "a user counts once, from the first entry in the period; later entries of the same user are not looked at",
        "a step counts if it comes after the previous one (by moment, then event_id) and within the window from the entry; what "
        "lies between does not matter; steps at the same moment are ordered by chance of their event_id",
        "where open_count is not 0 shares will still grow",
        "a segment in which nobody entered has no rows",
        MEMBERS_OF_TODAY,
    ),
)
RETENTION = Table(
    layer=Layer.GOLD,
    name="retention",
    grain="one cohort of one segment at one age: how many of its users returned",
    columns=(
        *(c.AS_OF_DATE, c.KIND, c.SCHEME, c.SEGMENT_ID, c.COHORT, c.AGE, c.COHORT_COUNT, c.RETURNED_COUNT),
        *(c.RETURNED_SHARE, c.RETURNED_LOW, c.RETURNED_HIGH, c.IS_PARTIAL, c.COHORT_DATE),
    ),
    key=(c.AS_OF_DATE, c.KIND, c.SCHEME, c.SEGMENT_ID, c.COHORT, c.AGE),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "classic = active (bought) in just that period, rolling = then or later, by first activity or first purchase; repurchase = "
        "bought on a second day by the end of that period; renewal = renewed so many times, each within the term of the last",
        "an age that has not begun has no row; one that is not over has counts and no share: nobody who may still return is lost",
        "rolling counts until as_of_date, so that its last ages fall off by themselves",
        "whoever was there before the data begin stands in a cohort that is too late",
        MEMBERS_OF_TODAY,
    ),
)
STICKINESS = Table(
    layer=Layer.GOLD,
    name="stickiness",
    grain="one day of one segment: its users active on the day, in its week and in its month",
    columns=(
        *(*BY_SEGMENT, c.EVENT_DATE, c.DAILY_COUNT, c.WEEKLY_COUNT, c.MONTHLY_COUNT),
        *(c.STICKINESS, c.STICKINESS_LOW, c.STICKINESS_HIGH),
    ),
    key=(*BY_SEGMENT, c.EVENT_DATE),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("a month is 28 days, so that each weekday counts four times", MEMBERS_OF_TODAY),
)
USER_STATES = Table(
    layer=Layer.GOLD,
    name="user_states",
    grain="one user: where in the life cycle, now and 28 days before",
    columns=(c.AS_OF_DATE, c.USER_ID, c.LIFE_STATE, c.FORMER_LIFE_STATE, c.FORMER_DATE),
    profile=(c.LIFE_STATE,),
    key=(c.AS_OF_DATE, c.USER_ID),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("the rules stand in conf, section journeys; users never seen by as_of_date are absent",),
)
LIFE_CYCLE = Table(
    layer=Layer.GOLD,
    name="life_cycle",
    grain="one way from one life-cycle state to another in one segment, over 28 days",
    columns=(
        *(*BY_SEGMENT, c.FROM_STATE, c.TO_STATE, c.USER_COUNT, c.FROM_COUNT, c.FLOW_SHARE, c.FLOW_LOW, c.FLOW_HIGH),
        *(c.TOTAL_SHARE, c.FORMER_DATE),
    ),
    key=(*BY_SEGMENT, c.FROM_STATE, c.TO_STATE),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("a way that nobody went has no row", MEMBERS_OF_TODAY),
)
SURVIVAL = Table(
    layer=Layer.GOLD,
    name="survival",
    grain="one day of one survival curve of one segment: how many spells last longer",
    columns=(
        *(c.AS_OF_DATE, c.KIND, c.SCHEME, c.SEGMENT_ID, c.SURVIVAL_DAY, c.AT_RISK_COUNT, c.ENDED_COUNT),
        *(c.CENSORED_COUNT, c.SURVIVAL, c.SURVIVAL_LOW, c.SURVIVAL_HIGH),
    ),
    key=(c.AS_OF_DATE, c.KIND, c.SCHEME, c.SEGMENT_ID, c.SURVIVAL_DAY),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "day 0 and days on which a spell ended or is cut off by as_of_date have a row; between them the curve is level",
        "the first spell of each user, in days: several purchases on one day are one",
        "it is not said of whoever leaves without a cancellation",
        MEMBERS_OF_TODAY,
    ),
)
SURVIVAL_TESTS = Table(
    layer=Layer.GOLD,
    name="survival_tests",
    grain="one segment's survival curve against the rest of its scheme",
    columns=(
        *(c.AS_OF_DATE, c.KIND, c.SCHEME, c.SEGMENT_ID, c.OBSERVED_ENDS, c.EXPECTED_ENDS, c.CHI_SQUARE),
        *(c.LOG_RANK_P, c.LOG_RANK_P_HOLM),
    ),
    key=(c.AS_OF_DATE, c.KIND, c.SCHEME, c.SEGMENT_ID),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("a scheme with one segment has no rest and no row", MEMBERS_OF_TODAY),
)

TABLES = (FUNNELS, RETENTION, STICKINESS, USER_STATES, LIFE_CYCLE, SURVIVAL, SURVIVAL_TESTS)
