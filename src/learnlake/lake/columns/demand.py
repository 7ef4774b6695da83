"""Words of demand prediction: what a goal may know of a user, and what is said of the user's chances."""

from pyspark.sql.types import ArrayType, StringType, StructField, StructType

from learnlake.lake.columns.named import DATE, DOUBLE, INTEGER, LONG, MONEY, STRING, Named

DEEDS = (
    *("view", "search", "enroll", "study", "submit", "attempt", "complete", "purchase", "refund", "cancel", "rate"),
    *("ask", "answer", "consult_request", "complaint", "message_sent", "message_clicked"),
)
DEED_WINDOWS = (14, 90)
_OUTCOMES = ("complete", "refund", "cancel")

# demand_features
DEED_COUNTS = tuple(
    Named(
        f"deed_{deed}_count_{days}d",
        LONG,
        f"{deed} events of the last {days} days",
        is_outcome=deed in _OUTCOMES,
    )
    for deed in DEEDS
    for days in DEED_WINDOWS
)
SINCE_GROUPS = ("browse", "purchase", "study", "community", "consulting")
SINCE = tuple(
    Named(f"since_{group}_days", INTEGER, f"days since the last {group} event; null where there was none")
    for group in SINCE_GROUPS
)
MEMBERSHIP_AGE_DAYS = Named(
    "membership_age_days", INTEGER, "days since the running membership began; null without a running one"
)
RENEWAL_DUE_DAYS = Named(
    "renewal_due_days", INTEGER, "days until the paid period of the running membership ends; null without one"
)
RENEWAL_COUNT = Named("renewal_count", LONG, "renewals of the running membership; null without one")
PERIOD_ACTIVE_SHARE = Named(
    "period_active_share",
    DOUBLE,
    "share of days with any event since the running paid period began, its first day left out; null on that day",
)
PERIOD_IDLE_SHARE = Named(
    "period_idle_share", DOUBLE, "share of those days that lie after the last one with an event; null on that day"
)
PERIOD_COMPLAINT_COUNT = Named(
    "period_complaint_count", LONG, "complaints since the running paid period began; null without one"
)
PURCHASE_PACE_DAYS = Named(
    "purchase_pace_days",
    INTEGER,
    "median days from one day with a purchase to the next, the lower of two middle ones; null before the second",
)
PURCHASE_DUE_DAYS = Named(
    "purchase_due_days",
    INTEGER,
    "days until the next purchase if it comes at that pace, below 0 if it should have come; null without a pace",
)
PURCHASES_AHEAD_COUNT = Named(
    "purchases_ahead_count",
    LONG,
    "purchases of the 14 days after as_of_date if they come at that pace from the last one on; null without a pace",
)
OPEN_COURSE_COUNT = Named(
    "open_course_count", LONG, "enrolments that were neither completed nor cancelled, at least 0", is_outcome=True
)
TOP_TOPIC = Named("top_topic", STRING, "topic of most events of the last 90 days, of equal ones the first by name")
TOP_TOPIC_SHARE = Named("top_topic_share", DOUBLE, "its share of those events; null without topics")
TOP_KIND = Named("top_kind", STRING, "kind of item of most events of the last 90 days")
TOP_DEVICE = Named("top_device", STRING, "device of most events of the last 90 days, as far as known")
WEEKDAY = Named("weekday", INTEGER, "day of the week of as_of_date, 1 = Monday")
HOLIDAYS_AHEAD_COUNT = Named("holidays_ahead_count", LONG, "public holidays among the 14 days after as_of_date")

# propensities
GOAL = Named("goal", STRING, "what is predicted, the name of its file in conf/goals")
CHANCE = Named("chance", DOUBLE, "calibrated probability that the goal's success comes within its window, 0..1")
CHANCE_DECILE = Named("chance_decile", INTEGER, "tenth of the goal's users by chance, 1 = the most likely")
EXPECTED_AMOUNT = Named(
    "expected_amount", MONEY, "chance x value of a success less cost of a contact, reporting currency"
)
CHANCE_REASONS = Named(
    "chance_reasons",
    ArrayType(
        StructType(
            [StructField(name, StringType()) for name in ("feature", "value")]
            + [StructField("log_odds", DOUBLE)]
            + [StructField(name, StringType()) for name in ("reason_en", "reason_zh")]
        )
    ),
    "what moves the chance most, the strongest first: feature, its value, what it adds to the log of the odds, and that in words",
)
CHANCE_ITEM_IDS = Named(
    "chance_item_ids", ArrayType(StringType()), "of a goal about new items, those it is about; null for other goals"
)
CHANCE_UNTIL_DATE = Named("chance_until_date", DATE, "last day of the goal's window")

# goal_checks
GOAL_CHECK = Named("goal_check", STRING, "what was checked: psi, ks, quality or retrain")
GOAL_SUBJECT = Named(
    "goal_subject", STRING, "feature that was checked, `chance` for the scores, or a measure of quality"
)
FOUND = Named("found", DOUBLE, "what was found")
BOUND = Named("bound", DOUBLE, "what must not be passed")
