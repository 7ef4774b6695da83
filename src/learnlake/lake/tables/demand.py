"""Gold of demand prediction."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Pivot, Refresh, Table

KNOWN_OF_PEOPLE = (c.PROFESSION, c.LANGUAGE, c.COUNTRY, c.REFERRER, c.DECLARED_LEVEL, c.INTERESTS)
DEMAND_FEATURES = Table(
    layer=Layer.GOLD,
    name="demand_features",
    grain="one user of gold.user_features: what else a goal may know of the user at the end of as_of_date",
    columns=(
        *(c.AS_OF_DATE, c.USER_ID, *c.DEED_COUNTS, *c.SINCE),
        *(c.MEMBERSHIP_AGE_DAYS, c.RENEWAL_DUE_DAYS, c.RENEWAL_COUNT),
        *(c.PERIOD_ACTIVE_SHARE, c.PERIOD_IDLE_SHARE, c.PERIOD_COMPLAINT_COUNT),
        *(c.PURCHASE_PACE_DAYS, c.PURCHASE_DUE_DAYS, c.PURCHASES_AHEAD_COUNT, c.OPEN_COURSE_COUNT),
        *(c.TOP_TOPIC, c.TOP_TOPIC_SHARE, c.TOP_KIND, c.TOP_DEVICE, c.WEEKDAY, c.HOLIDAYS_AHEAD_COUNT),
        *KNOWN_OF_PEOPLE,
    ),
    key=(c.AS_OF_DATE, c.USER_ID),
    refresh=Refresh.replace_day(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("attributes of accounts are those known by the end of as_of_date, protected ones are not here",),
)
PROPENSITIES = Table(
    layer=Layer.GOLD,
    name="propensities",
    grain="one user's calibrated chance of one goal, with what moves it most",
    columns=(
        *(c.AS_OF_DATE, c.GOAL, c.USER_ID, c.CHANCE, c.CHANCE_DECILE, c.EXPECTED_AMOUNT, c.CHANCE_UNTIL_DATE),
        *(c.CHANCE_REASONS, c.CHANCE_ITEM_IDS, c.MODEL_VERSION),
    ),
    key=(c.AS_OF_DATE, c.GOAL, c.USER_ID),
    refresh=Refresh.replace_day(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    pivot=Pivot(by=c.GOAL, value=c.CHANCE, folder="goals", pattern="propensity_{}"),
    warns=(
        "only users of the goal's population have a row",
        "a reason is a property of the model, not a cause",
        "the Delta versions that were read stand in ops.runs, step gold.propensities",
    ),
)
GOAL_CHECKS = Table(
    layer=Layer.GOLD,
    name="goal_checks",
    grain="one check of one goal's model on one day: drift of a feature or of the chances, matured quality, or whether to retrain",
    columns=(c.AS_OF_DATE, c.GOAL, c.GOAL_CHECK, c.GOAL_SUBJECT, c.FOUND, c.BOUND, c.IS_OK, c.DETAIL),
    key=(c.AS_OF_DATE, c.GOAL, c.GOAL_CHECK, c.GOAL_SUBJECT),
    refresh=Refresh.replace_day(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    holds_checks=True,
    warns=("the rows are noted in ops.quality, too",),
)

TABLES = (DEMAND_FEATURES, PROPENSITIES, GOAL_CHECKS)
