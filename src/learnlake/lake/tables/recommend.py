"""Gold tables of preferences and recommendations."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Refresh, Table

BY_DAY = Refresh.replace_day(c.AS_OF_DATE)

PREFERENCES = Table(
    layer=Layer.GOLD,
    name="preferences",
    grain="one item that one user has dealt with: how far the user has turned to it, and what speaks against showing it again",
    columns=(
        *(c.AS_OF_DATE, c.USER_ID, c.ITEM_ID, c.STRENGTH, c.SIGNAL_COUNT, c.LAST_SIGNAL_DATE, c.TAKEN_DATE),
        *(c.IS_FINISHED, c.IS_REFUNDED, c.IS_DISLIKED, c.IS_FAMILIAR),
    ),
    key=(c.AS_OF_DATE, c.USER_ID, c.ITEM_ID),
    refresh=BY_DAY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=("what was never shown to a user has no row either: absence says little of taste",),
)
RECOMMENDATIONS = Table(
    layer=Layer.GOLD,
    name="recommendations",
    grain="one item at one rank of the list that one placement shows to one user",
    columns=(
        *(c.AS_OF_DATE, c.PLACEMENT, c.USER_ID, c.RANK, c.ITEM_ID, c.ITEM_KIND, c.TAKE_CHANCE, c.FINDER),
        *(c.REASON_CODE, c.REASON_ITEM_ID, c.REASON_TAG, c.REASON_EN, c.REASON_ZH, c.IS_EXPLORED, c.PROPENSITY),
        *(c.LIST_ID, c.MODEL_VERSION),
    ),
    key=(c.AS_OF_DATE, c.PLACEMENT, c.USER_ID, c.RANK),
    refresh=BY_DAY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "a reason says why an item is in the list, not what showing it will do",
        "an event that answers a list names list_id and position, which is the rank",
    ),
)

TABLES = (PREFERENCES, RECOMMENDATIONS)
