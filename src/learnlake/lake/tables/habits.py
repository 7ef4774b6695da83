"""Gold tables of study habits, and of the items at which learners get stuck."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Refresh, Table

DAILY = Refresh.replace_day(c.AS_OF_DATE)

STUDY_HABITS = Table(
    layer=Layer.GOLD,
    name="study_habits",
    grain="one user who studied in the window: when, how long, how regularly, how close to deadlines, how far in the plan",
    columns=(
        *(c.AS_OF_DATE, c.USER_ID, c.STUDY_SESSION_COUNT, c.SESSION_MINUTES, c.LONGEST_SESSION, c.SESSIONS_A_WEEK),
        *(c.DAY_PART, c.DAY_PART_SHARE, c.DAY_PART_LOW, c.DAY_PART_HIGH, c.STUDY_DAY_COUNT, c.STUDY_WEEKDAY),
        *(c.STUDY_WEEKEND_SHARE, c.STUDY_WEEKEND_LOW, c.STUDY_WEEKEND_HIGH),
        *(c.LONGEST_STUDY_STREAK, c.CURRENT_STUDY_STREAK, c.STUDY_GAP, c.STUDY_GAP_SPREAD),
        *(c.DUE_WORK_COUNT, c.LAST_DAY_SHARE, c.LAST_DAY_LOW, c.LAST_DAY_HIGH, c.HOURS_BEFORE_DUE),
        *(c.LATE_SHARE, c.LATE_LOW, c.LATE_HIGH, c.PACE, c.PACE_BY, c.IS_BEHIND, c.HABITS),
    ),
    profile=(c.SESSION_MINUTES, c.SESSIONS_A_WEEK, c.DAY_PART, c.LAST_DAY_SHARE, c.IS_BEHIND, c.HABITS),
    key=(c.AS_OF_DATE, c.USER_ID),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "a habit is told where at least the share of conf and significantly more than among all users of the day, and than "
        "an even spread over the hours or days, goes that way (binomial); `steady` where days of study vary less from week to "
        "week than chance would have it; false discoveries are held down per habit (Benjamini and Hochberg)",
        "a session is the source's own, else events of one user on one platform less than the gap of conf apart; its end is that of "
        "its last event with a duration, and one event without a duration has no length",
        "a source that knows days and no hours gives all its users the same part of the day, and nobody a habit of it",
    ),
)
STUCK_POINTS = Table(
    layer=Layer.GOLD,
    name="stuck_points",
    grain="one item that somebody tried, or a part of a course that somebody touched: how many fail, retry and stop there",
    columns=(
        *(c.AS_OF_DATE, c.ITEM_ID, c.PLATFORM, c.ITEM_KIND, c.PART_OF, c.COURSE_PLACE, c.USER_COUNT, c.TRIED_COUNT),
        *(c.TRY_COUNT, c.PASSED_COUNT, c.TRIES_UNTIL_PASSED, *c.HURDLE_COLUMNS, c.IS_STUCK, c.STUCK_BY),
    ),
    key=(c.AS_OF_DATE, c.ITEM_ID),
    refresh=DAILY,
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
    warns=(
        "failing and retrying are compared with items of the same kind in the same course, else on the same platform; stopping "
        "with items of the same kind at the same place in their courses, else with the other parts of the course",
        "who stopped is known some days (conf) after the last touch; who touched it since is not counted yet",
        "items that silver.items does not know are absent; one user may stand on both sides of a comparison",
        "those who get to an item are not those who get to another: a difference says where to look, not what is at fault",
    ),
)

TABLES = (STUDY_HABITS, STUCK_POINTS)
