"""Gold tables of rules and paths: what is taken together, and in which order."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Refresh, Table

BY_DAY = Refresh.replace_day(c.AS_OF_DATE)
OF_SEGMENTS = (
    "the users of a scope that names a segment are its members on as_of_date, whatever they were when they took an item"
)

ITEM_RULES = Table(
    layer=Layer.GOLD,
    name="item_rules",
    grain="one association rule of one scope: what else is taken with some items",
    columns=(
        *(c.AS_OF_DATE, c.SCOPE, c.ANTECEDENT, c.CONSEQUENT, c.ANTECEDENT_ITEMS, c.BASKET_UNIT, c.BASKET_COUNT),
        *(c.ANTECEDENT_COUNT, c.CONSEQUENT_COUNT, c.TOGETHER_COUNT, c.SUPPORT, c.CONFIDENCE, c.CONFIDENCE_LOW),
        *(c.CONFIDENCE_HIGH, c.LIFT, c.LEVERAGE, c.CONVICTION, c.P_VALUE, c.STRICT_P_VALUE, c.Q_VALUE),
        *(c.FOLLOWED_COUNT, c.FOLLOWED_SHARE),
    ),
    key=(c.AS_OF_DATE, c.SCOPE, c.ANTECEDENT, c.CONSEQUENT),
    refresh=BY_DAY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "taken together is no effect: offering the one need not sell the other",
        "only rules that are significant, better than chance and better than every shorter one have a row",
        "users who took the antecedent less than the window before as_of_date count as not followed so far",
        OF_SEGMENTS,
    ),
)
ITEM_SEQUENCES = Table(
    layer=Layer.GOLD,
    name="item_sequences",
    grain="one frequent ordered path of one scope: items in the order in which users first took them",
    columns=(
        *(c.AS_OF_DATE, c.SCOPE, c.SEQUENCE, c.SEQUENCE_ITEMS, c.SEQUENCE_LENGTH, c.USER_COUNT, c.TAKER_COUNT),
        *(c.SUPPORT, c.MEDIAN_DAYS_BETWEEN),
    ),
    key=(c.AS_OF_DATE, c.SCOPE, c.SEQUENCE),
    refresh=BY_DAY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("items first taken at the same moment have no order and make no step", OF_SEGMENTS),
)
ITEM_TRANSITIONS = Table(
    layer=Layer.GOLD,
    name="item_transitions",
    grain="one way from an item to the next different one, of one scope",
    columns=(
        *(c.AS_OF_DATE, c.SCOPE, c.FROM_ITEM, c.TO_ITEM, c.TRANSITION_COUNT, c.FROM_ITEM_COUNT, c.TRANSITION_SHARE),
        *(c.EXPECTED_SHARE, c.LIFT, c.P_VALUE, c.Q_VALUE, c.MEDIAN_DAYS_BETWEEN),
    ),
    key=(c.AS_OF_DATE, c.SCOPE, c.FROM_ITEM, c.TO_ITEM),
    refresh=BY_DAY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "`end` is the end of what is known, not of what a user will do",
        "a user may go a way several times, so the p-values are those of transitions, not of users",
        OF_SEGMENTS,
    ),
)

TABLES = (ITEM_RULES, ITEM_SEQUENCES, ITEM_TRANSITIONS)
