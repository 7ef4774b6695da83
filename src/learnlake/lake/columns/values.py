"""Words of what customers are worth."""

from learnlake.lake.columns.named import DATE, DOUBLE, INTEGER, LONG, MONEY, Named

BOUGHT_DAYS = Named("bought_days", LONG, "days with a purchase up to as_of_date; null of whoever never bought")
FIRST_BOUGHT_DATE = Named("first_bought_date", DATE, "first day with a purchase")
LAST_BOUGHT_DATE = Named("last_bought_date", DATE, "last day with a purchase")
ALIVE_PROBABILITY = Named(
    "alive_probability",
    DOUBLE,
    "probability that the user has not left for good as a customer (BG/NBD); 1 after one day of purchase, as the model has it",
)
HORIZON_DAYS = (28, 90, 365)
EXPECTED_PURCHASES = tuple(
    Named(f"expected_purchases_{days}d", DOUBLE, f"days of purchase expected in the next {days} days")
    for days in HORIZON_DAYS
)
PURCHASES_LOW = tuple(
    Named(
        f"purchases_low_{days}d",
        LONG,
        f"lower end of the 80 % interval of the days of purchase in the next {days} days",
    )
    for days in HORIZON_DAYS
)
PURCHASES_HIGH = tuple(
    Named(
        f"purchases_high_{days}d",
        LONG,
        f"upper end of the 80 % interval of the days of purchase in the next {days} days",
    )
    for days in HORIZON_DAYS
)
RETURN_PROBABILITY = tuple(
    Named(f"return_probability_{days}d", DOUBLE, f"probability of a purchase in the next {days} days")
    for days in HORIZON_DAYS
)
MEAN_PURCHASE_AMOUNT = Named(
    "mean_purchase_amount",
    MONEY,
    "money expected on a day of purchase (Gamma-Gamma), reporting currency; null where too few users ever paid twice",
)
VALUE_AMOUNT = tuple(
    Named(
        f"value_amount_{days}d",
        MONEY,
        f"money expected in the next {days} days, discounted to as_of_date, reporting currency",
    )
    for days in HORIZON_DAYS
)
VALUE_LOW = Named(
    "value_low_amount_365d",
    MONEY,
    "lower end of the 80 % interval of value_amount_365d: of how often the user buys, each time for mean_purchase_amount",
)
VALUE_HIGH = Named(
    "value_high_amount_365d",
    MONEY,
    "upper end of the 80 % interval of value_amount_365d: of how often the user buys, each time for mean_purchase_amount",
)
VALUE_DECILE = Named(
    "value_decile",
    INTEGER,
    "tenth of the customers by value_amount_365d, 10 = worth most; equal values are in the same",
)
MEMBER_SINCE = Named("member_since", DATE, "first day of the membership that goes on; null of whoever is no member")
REMAINING_MONTHS = Named(
    "remaining_months",
    DOUBLE,
    "months of 30 days that the membership is expected to last on, of the next twelve (product limit)",
)
REMAINING_LOW = Named("remaining_low_months", DOUBLE, "lower end of the 95 % interval of remaining_months")
REMAINING_HIGH = Named("remaining_high_months", DOUBLE, "upper end of the 95 % interval of remaining_months")
