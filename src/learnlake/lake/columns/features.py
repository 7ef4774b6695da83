"""Words of gold.user_features."""

from learnlake.lake.columns.named import DATE, DOUBLE, INTEGER, LONG, MONEY, STRINGS, Named

# user_features
FIRST_DATE = Named("first_date", DATE, "first day with an event")
TENURE_DAYS = Named("tenure_days", INTEGER, "days from the first event to as_of_date")
IDLE_DAYS = Named("idle_days", INTEGER, "days since the last event, 0 = on as_of_date (recency)")
PLATFORMS = Named("platforms", STRINGS, "platforms the user was ever seen on, sorted")
CURRENT_STREAK_DAYS = Named(
    "current_streak_days",
    INTEGER,
    "length of the run of active days that ends on as_of_date or the day before; 0 if none",
)
LONGEST_STREAK_DAYS = Named("longest_streak_days", INTEGER, "length of the longest run of active days ever")
EVER_SPEND_AMOUNT = Named("ever_spend_amount", MONEY, "money paid less refunds, ever, reporting currency")
EVER_COURSE_COUNT = Named("ever_course_count", LONG, "different courses touched ever")
EVER_TOPIC_COUNT = Named("ever_topic_count", LONG, "different topics touched ever")
MEAN_RATING = Named("mean_rating", DOUBLE, "mean of all ratings given, 0..1; null without any")
EVER_RATING_COUNT = Named("ever_rating_count", LONG, "ratings given ever: how much mean_rating rests on")
NIGHT_SHARE = Named(
    "night_share", DOUBLE, "share of the last 90 days' events between 22:00 and 06:00; null without events"
)
WEEKEND_SHARE = Named(
    "weekend_share", DOUBLE, "share of the last 90 days' active days on Saturday or Sunday; null without any"
)
ACTIVITY_TREND = Named(
    "activity_trend", DOUBLE, "ln((1 + events of the last 30 days) / (1 + events of the 30 days before))"
)

WINDOWS = (7, 30, 90)
GROUPS: dict[str, tuple[str, ...]] = {
    "login": ("login",),
    "browse": ("view", "search", "click"),
    "purchase": ("purchase", "subscribe", "renew", "upgrade"),
    "study": ("study", "submit", "attempt"),
    "community": ("ask", "answer", "comment", "vote", "follow", "share", "commit"),
    "consulting": ("consult_request", "consult"),
}
GROUP_COUNTS = tuple(
    Named(f"{group}_count_{days}d", LONG, f"{group} events ({', '.join(kinds)}) of the last {days} days")
    for group, kinds in GROUPS.items()
    for days in WINDOWS
) + tuple(
    Named(f"ever_{group}_count", LONG, f"{group} events ({', '.join(kinds)}) ever") for group, kinds in GROUPS.items()
)
ACTIVE_DAYS = (
    *(Named(f"active_days_{days}d", LONG, f"days with an event among the last {days}") for days in WINDOWS),
    Named("ever_active_days", LONG, "days with an event ever"),
)
SESSIONS_OVER = tuple(Named(f"session_count_{days}d", LONG, f"visits of the last {days} days") for days in WINDOWS)
MINUTES_OVER = tuple(
    Named(f"minutes_a_day_{days}d", DOUBLE, f"minutes a day, mean over the last {days} days") for days in WINDOWS
)
SPEND_OVER = tuple(
    Named(f"spend_amount_{days}d", MONEY, f"money paid less refunds in the last {days} days, reporting currency")
    for days in WINDOWS
)
BREADTH_OVER = tuple(
    Named(f"course_count_{days}d", LONG, f"different courses touched in the last {days} days") for days in WINDOWS
) + tuple(Named(f"topic_count_{days}d", LONG, f"different topics touched in the last {days} days") for days in WINDOWS)

LEVELS = ("junior", "intermediate", "senior")
LEVEL_SHARES = tuple(
    Named(
        f"{level}_item_share",
        DOUBLE,
        f"share of {level} items among the last 90 days' events on items with a level; null without any",
    )
    for level in LEVELS
)
RECEIPTS = ("accepted", "vote", "follow")
RECEIVED_COUNTS = tuple(
    Named(f"received_{what}_count_90d", LONG, f"`{what}` from others in the last 90 days") for what in RECEIPTS
)
