"""Words of study habits and of the items at which learners get stuck."""

from learnlake.lake.columns.named import BOOLEAN, DOUBLE, INTEGER, LONG, STRING, STRINGS, Named

# study_habits: sessions and days; of study alone, where current_streak_days and session_count_* are of any activity
STUDY_SESSION_COUNT = Named("study_session_count", LONG, "study sessions that began in the window")
SESSION_MINUTES = Named("session_minutes", DOUBLE, "median minutes of a study session; null where no end is known")
LONGEST_SESSION = Named("longest_session_minutes", DOUBLE, "minutes of the longest study session; null likewise")
SESSIONS_A_WEEK = Named(
    "sessions_a_week", DOUBLE, "study sessions a week since the first one in the window; null in its first week"
)
DAY_PART = Named(
    "favourite_day_part",
    STRING,
    "when most study sessions begin, local hours: morning (6-12), afternoon (12-18), evening (18-22) or night (22-6)",
)
DAY_PART_SHARE = Named("favourite_day_part_share", DOUBLE, "share of the study sessions that begin then")
DAY_PART_LOW = Named("favourite_day_part_low_share", DOUBLE, "lower end of its 95 % interval (Wilson)")
DAY_PART_HIGH = Named("favourite_day_part_high_share", DOUBLE, "upper end of its 95 % interval (Wilson)")
STUDY_DAY_COUNT = Named("study_day_count", LONG, "days of the window with study, in the platform's time zone")
STUDY_WEEKDAY = Named(
    "favourite_weekday", INTEGER, "weekday with most days of study, 1 = Monday; the earlier of equals"
)
STUDY_WEEKEND_SHARE = Named("study_weekend_share", DOUBLE, "share of the days of study on Saturday or Sunday")
STUDY_WEEKEND_LOW = Named("study_weekend_low_share", DOUBLE, "lower end of its 95 % interval (Wilson)")
STUDY_WEEKEND_HIGH = Named("study_weekend_high_share", DOUBLE, "upper end of its 95 % interval (Wilson)")
LONGEST_STUDY_STREAK = Named(
    "longest_study_streak_days",
    INTEGER,
    "longest run of days of study in the window; longest_streak_days: any activity",
)
CURRENT_STUDY_STREAK = Named(
    "current_study_streak_days", INTEGER, "run of days of study that ends on as_of_date or the day before; 0 if none"
)
STUDY_GAP = Named("study_gap", DOUBLE, "mean days from one day of study to the next; null with a single one")
STUDY_GAP_SPREAD = Named("study_gap_spread", DOUBLE, "standard deviation of study_gap; null with less than two gaps")

# deadlines and plans
DUE_WORK_COUNT = Named("due_work_count", LONG, "items with a deadline that were first handed in in the window")
LAST_DAY_SHARE = Named(
    "last_day_share", DOUBLE, "share of them handed in within the last hours before the deadline (conf)"
)
LAST_DAY_LOW = Named("last_day_low_share", DOUBLE, "lower end of its 95 % interval (Wilson)")
LAST_DAY_HIGH = Named("last_day_high_share", DOUBLE, "upper end of its 95 % interval (Wilson)")
HOURS_BEFORE_DUE = Named("hours_before_due", DOUBLE, "median hours from handing in to the deadline; negative if late")
LATE_SHARE = Named("late_share", DOUBLE, "share of them handed in after the deadline")
LATE_LOW = Named("late_low_share", DOUBLE, "lower end of its 95 % interval (Wilson)")
LATE_HIGH = Named("late_high_share", DOUBLE, "upper end of its 95 % interval (Wilson)")
PACE = Named(
    "pace",
    DOUBLE,
    "what is done of the courses in progress, in what should be done by now; 1 = as planned; null unknown",
)
PACE_BY = Named(
    "pace_by", STRING, "what pace goes by: `plan` = deadlines since enrolment, `peers` = median study days at that age"
)
IS_BEHIND = Named("is_behind", BOOLEAN, "whether pace is below the bar of conf; null where pace is")
HABITS = Named(
    "study_habits",
    STRINGS,
    "significant habits, sorted: afternoon, crammer, evening, morning, night, steady, weekend; null without any",
)

# stuck_points
COURSE_PLACE = Named("course_place", INTEGER, "place of the item in what it is part of: by deadline, then by item_id")
TRIED_COUNT = Named("tried_count", LONG, "users who handed in or attempted the item")
TRY_COUNT = Named("try_count", LONG, "submissions and attempts of these users")
PASSED_COUNT = Named("passed_count", LONG, "users with a score that passes; null where nothing is scored")
TRIES_UNTIL_PASSED = Named(
    "tries_until_passed", DOUBLE, "mean number of scored tries up to the first that passes; null if none does"
)
IS_STUCK = Named("is_stuck", BOOLEAN, "whether users fail, retry or stop here more than elsewhere, beyond chance")
STUCK_BY = Named("stuck_by", STRINGS, "how, sorted: fails, retries, stops; empty if not stuck")
HURDLES = {
    "fail": "users whose first scored try does not pass",
    "retry": "users who need many tries (conf), passed or not",
    "stop": "users for whom it is the last part they touched of a course they did not complete, days ago (conf)",
}
HURDLE_COLUMNS = tuple(
    word
    for hurdle, who in HURDLES.items()
    for word in (
        Named(f"{hurdle}_count", LONG, who),
        Named(f"{hurdle}_whole_count", LONG, f"users of whom one can tell whether they {hurdle}"),
        Named(f"{hurdle}_share", DOUBLE, f"{hurdle}_count in {hurdle}_whole_count; null if that is 0"),
        Named(f"{hurdle}_elsewhere_share", DOUBLE, f"{hurdle}_share of the items that it is compared with"),
        Named(f"{hurdle}_difference", DOUBLE, f"{hurdle}_share less {hurdle}_elsewhere_share"),
        Named(f"{hurdle}_difference_low", DOUBLE, "lower end of its 95 % interval (Newcombe)"),
        Named(f"{hurdle}_difference_high", DOUBLE, "upper end of its 95 % interval (Newcombe)"),
        Named(f"{hurdle}_q", DOUBLE, f"contrast_q of {hurdle}_difference, all items counted"),
    )
)
