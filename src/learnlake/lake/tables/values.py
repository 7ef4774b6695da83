"""The gold table of what customers are worth."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Refresh, Table

CUSTOMER_VALUES = Table(
    layer=Layer.GOLD,
    name="customer_values",
    grain="one user who ever bought or is a member: what to expect of them",
    columns=(
        *(c.AS_OF_DATE, c.USER_ID, c.BOUGHT_DAYS, c.FIRST_BOUGHT_DATE, c.LAST_BOUGHT_DATE, c.ALIVE_PROBABILITY),
        *c.EXPECTED_PURCHASES,
        *c.PURCHASES_LOW,
        *c.PURCHASES_HIGH,
        *c.RETURN_PROBABILITY,
        c.MEAN_PURCHASE_AMOUNT,
        *c.VALUE_AMOUNT,
        *(c.VALUE_LOW, c.VALUE_HIGH, c.VALUE_DECILE),
        *(c.MEMBER_SINCE, c.REMAINING_MONTHS, c.REMAINING_LOW, c.REMAINING_HIGH, c.MODEL_VERSION),
    ),
    profile=(c.ALIVE_PROBABILITY, c.VALUE_AMOUNT[1], c.VALUE_AMOUNT[2], c.VALUE_DECILE),
    key=(c.AS_OF_DATE, c.USER_ID),
    refresh=Refresh.replace_day(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "where no model is published, what is expected is null; what was bought and the remaining months are there all the same",
        "users differ by what they did so far: of two with the same history the same is expected",
        "a renewal is a purchase; what a member is expected to pay is part of value_amount, not added to it",
        "the interval of a value does not say how the amounts vary",
    ),
)

TABLES = (CUSTOMER_VALUES,)
