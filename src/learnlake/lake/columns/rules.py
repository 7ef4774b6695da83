"""Words of the tables of rules and paths."""

from learnlake.lake.columns.named import DOUBLE, LONG, STRING, STRINGS, Named

# item_rules
SCOPE = Named(
    "scope",
    STRING,
    "file of conf/baskets; where it is split by segments, with scheme and segment, as in courses/level/junior",
)
BASKET_UNIT = Named("basket_unit", STRING, "what a basket is: all of a user, an order, a session, or a window of days")
ANTECEDENT = Named("antecedent", STRING, "what is given: names of items, sorted, joined by ` + `")
ANTECEDENT_ITEMS = Named("antecedent_items", STRINGS, "the items of the antecedent, sorted")
CONSEQUENT = Named("consequent", STRING, "the item that then stands in the basket as well")
BASKET_COUNT = Named("basket_count", LONG, "baskets of the scope")
ANTECEDENT_COUNT = Named("antecedent_count", LONG, "baskets with the antecedent")
CONSEQUENT_COUNT = Named("consequent_count", LONG, "baskets with the consequent")
TOGETHER_COUNT = Named("together_count", LONG, "baskets with both")
SUPPORT = Named("support", DOUBLE, "share of the baskets, or of the users, of the scope for which it holds")
CONFIDENCE = Named("confidence", DOUBLE, "share of the baskets with the antecedent that hold the consequent")
CONFIDENCE_LOW = Named("confidence_low", DOUBLE, "lower end of the 95 % interval of confidence (Wilson)")
CONFIDENCE_HIGH = Named("confidence_high", DOUBLE, "upper end of the 95 % interval of confidence (Wilson)")
LIFT = Named("lift", DOUBLE, "how many times as often as if the two sides had nothing to do with each other")
LEVERAGE = Named(
    "leverage", DOUBLE, "support above what it would be if the two sides had nothing to do with each other"
)
CONVICTION = Named(
    "conviction", DOUBLE, "how many times as often the rule would fail if it were chance; null where it never fails"
)
P_VALUE = Named(
    "p_value", DOUBLE, "chance of so many or more if the two sides had nothing to do with each other (Fisher)"
)
STRICT_P_VALUE = Named(
    "strict_p_value",
    DOUBLE,
    "largest of p_value, the chance that sizes of baskets alone give, and the chances given each shorter antecedent",
)
Q_VALUE = Named(
    "q_value",
    DOUBLE,
    "share of false ones to expect among those up to here, all tests of the scope counted (Benjamini and Hochberg)",
)
FOLLOWED_COUNT = Named(
    "followed_count",
    LONG,
    "users who took the consequent within the window after they had all of the antecedent; null for orders and sessions",
)
FOLLOWED_SHARE = Named(
    "followed_share", DOUBLE, "followed_count of all users who took the antecedent; null for orders and sessions"
)

# item_sequences
SEQUENCE = Named("sequence", STRING, "items in the order in which they were first taken, joined by ` > `")
SEQUENCE_ITEMS = Named("sequence_items", STRINGS, "the items of the sequence, in order")
SEQUENCE_LENGTH = Named("sequence_length", LONG, "items of the sequence")
TAKER_COUNT = Named("taker_count", LONG, "users of the scope who took anything")
MEDIAN_DAYS_BETWEEN = Named(
    "median_days_between", DOUBLE, "median days from the first step to the last; null from `start` or to `end`"
)

# item_transitions
FROM_ITEM = Named("from_item", STRING, "item before; `start` = nothing before")
TO_ITEM = Named("to_item", STRING, "the next different item; `end` = none so far")
TRANSITION_COUNT = Named("transition_count", LONG, "times that it went this way")
FROM_ITEM_COUNT = Named("from_item_count", LONG, "times that it went anywhere from from_item")
TRANSITION_SHARE = Named("transition_share", DOUBLE, "transition_count of from_item_count")
EXPECTED_SHARE = Named(
    "expected_share", DOUBLE, "share that to_item has of all transitions that could lead to it, wherever they come from"
)
