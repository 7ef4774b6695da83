"""Words of preferences and of what is recommended where."""

from learnlake.lake.columns.named import BOOLEAN, DATE, DOUBLE, INTEGER, LONG, STRING, Named

# preferences
STRENGTH = Named(
    "strength",
    DOUBLE,
    "how far the user has turned to the item: weighed events, halved with age, as the logarithm of 1 plus their sum; below 0: away from it",
)
SIGNAL_COUNT = Named("signal_count", LONG, "events that speak of the preference, of any age")
LAST_SIGNAL_DATE = Named("last_signal_date", DATE, "day of the latest of them")
TAKEN_DATE = Named("taken_date", DATE, "first day on which the user took the item (conf: taken_by); null if never")
IS_FINISHED = Named("is_finished", BOOLEAN, "whether the user completed it")
IS_REFUNDED = Named("is_refunded", BOOLEAN, "whether it was given back after it was last bought")
IS_DISLIKED = Named(
    "is_disliked", BOOLEAN, "whether the user's latest word about it was against it: feedback, or a bad rating"
)
IS_FAMILIAR = Named("is_familiar", BOOLEAN, "whether the user said to know it already")

# recommendations
PLACEMENT = Named("placement", STRING, "where a list is shown, the name of its file in conf/placements")
RANK = Named("rank", INTEGER, "place in the list, from 1")
TAKE_CHANCE = Named(
    "take_chance",
    DOUBLE,
    "calibrated chance that the user takes the item within the placement's window if nothing is shown; null where no ranker is published",
)
FINDER = Named(
    "finder", STRING, "finder of candidates that spoke for the item most: one of `recommend.lists.settings.FINDERS`"
)
REASON_CODE = Named(
    "reason_code", STRING, "kind of reason, such as because_you_finished, job_takes, fits_interest, pinned, explored"
)
REASON_ITEM_ID = Named(
    "reason_item_id", STRING, "item of the user's past that the reason names; null where it names none"
)
REASON_TAG = Named("reason_tag", STRING, "tag or segment that the reason names; null where it names none")
IS_EXPLORED = Named("is_explored", BOOLEAN, "whether the item got its place by lot, to learn about it")
