"""Gold tables of moments: what goes before a first purchase or leaving, and what comes after a purchase."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Refresh, Table

BY_DAY = Refresh.replace_day(c.AS_OF_DATE)

MOMENTS = Table(
    layer=Layer.GOLD,
    name="moments",
    grain="one deed before one moment in one segment: users to whom it happened beside users to whom it did not",
    columns=(c.AS_OF_DATE, c.MOMENT, c.SCHEME, c.SEGMENT_ID, c.DEED, *c.CONTRAST, c.CASE_MEAN, c.CONTROL_MEAN),
    key=(c.AS_OF_DATE, c.MOMENT, c.SCHEME, c.SEGMENT_ID, c.DEED),
    refresh=BY_DAY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "what goes before a moment need not bring it about: offering the deed need not bring the purchase",
        "controls are looked at before one of their own days with an event, drawn by a hash of user, moment and seed",
        "the day of a first purchase itself does not count, the last day of who leaves does",
        "members are those known at as_of_date; a segment may be defined by what is counted here",
    ),
)
PURCHASE_SEQUELS = Table(
    layer=Layer.GOLD,
    name="purchase_sequels",
    grain="one item that buyers of another take up after the purchase, beside those who did not buy",
    columns=(
        *(c.AS_OF_DATE, c.PLATFORM, c.BOUGHT_ITEM, c.NEXT_ITEM, *c.CONTRAST, c.MEDIAN_LAG),
        *(c.AFTER_COUNT, c.BEFORE_COUNT, c.ORDER_P, c.ORDER_Q),
    ),
    key=(c.AS_OF_DATE, c.PLATFORM, c.BOUGHT_ITEM, c.NEXT_ITEM),
    refresh=BY_DAY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "only pairs have a row that more buyers than others take up and that come after the purchase rather than before it",
        "buyers differ from others in more than the purchase, so the difference is no effect of it",
        "controls never bought the item; they are looked at after one of their own events on the platform, drawn by a hash",
        "contrast_q counts every pair of a bought item and one that enough users took up, order_q those that it lets pass",
    ),
)

TABLES = (MOMENTS, PURCHASE_SEQUELS)
