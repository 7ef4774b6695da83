"""Words of moments and sequels: what goes before a moment in the life of users, and what comes after a purchase."""

from learnlake.lake.columns.named import DOUBLE, LONG, STRING, Named

# moments
MOMENT = Named("moment", STRING, "moment in the life of users, as named in conf, such as `first_purchase` or `leaving`")
DEED = Named("deed", STRING, "what users did at least once in the days before: an event type, or `came_often`")
CASE_MEAN = Named(
    "case_mean", DOUBLE, "mean over the cases of how often they did it (of `came_often`: on how many days)"
)
CONTROL_MEAN = Named("control_mean", DOUBLE, "mean over the controls of how often they did it")

# purchase_sequels
BOUGHT_ITEM = Named("bought_item", STRING, "item that the cases bought, each for the first time")
NEXT_ITEM = Named("next_item", STRING, "item that they took up afterwards")
MEDIAN_LAG = Named(
    "median_lag", DOUBLE, "median days, with their fraction, from the purchase to the item, of those who took it up"
)
AFTER_COUNT = Named(
    "after_count", LONG, "cases who took the item up only after the purchase, of two equal spans around it"
)
BEFORE_COUNT = Named(
    "before_count", LONG, "cases who took the item up only before the purchase, of two equal spans around it"
)
ORDER_P = Named("order_p", DOUBLE, "chance of so many after it if before and after were equally likely (sign test)")
ORDER_Q = Named(
    "order_q",
    DOUBLE,
    "share of false ones to expect among those up to here by order_p, of the pairs that contrast_q lets pass (Benjamini and Hochberg)",
)
