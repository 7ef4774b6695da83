"""Words of the journeys: funnels, cohorts, stickiness, life-cycle states and survival."""

from learnlake.lake.columns.named import DATE, DOUBLE, INTEGER, LONG, STRING, Named

USER_COUNT = Named("user_count", LONG, "users that the row counts")

# funnels
FUNNEL = Named("funnel", STRING, "ordered steps of users, the name of their file in conf/funnels")
FUNNEL_NAME = Named("funnel_name", STRING, "name of the funnel in English")
FUNNEL_NAME_ZH = Named("funnel_name_zh", STRING, "name of the funnel in Chinese")
FUNNEL_STEP = Named("funnel_step", INTEGER, "place of the step in its funnel, from 1")
STEP_NAME = Named("step_name", STRING, "name of the step in English")
STEP_NAME_ZH = Named("step_name_zh", STRING, "name of the step in Chinese")
FIRST_SHARE = Named("first_share", DOUBLE, "share of the users who entered that took the step")
FIRST_LOW = Named("first_low_share", DOUBLE, "lower end of the 95 % interval of first_share (Wilson); null at step 1")
FIRST_HIGH = Named("first_high_share", DOUBLE, "upper end of the 95 % interval of first_share (Wilson); null at step 1")
PREVIOUS_SHARE = Named(
    "previous_share",
    DOUBLE,
    "share of the users of the previous step that took this one; null at step 1 or without any",
)
PREVIOUS_LOW = Named("previous_low_share", DOUBLE, "lower end of the 95 % interval of previous_share (Wilson)")
PREVIOUS_HIGH = Named("previous_high_share", DOUBLE, "upper end of the 95 % interval of previous_share (Wilson)")
MEDIAN_WAIT = Named(
    "median_wait", DOUBLE, "median days, with their fraction, from the previous step, of those who took this one"
)
OPEN_COUNT = Named(
    "open_count", LONG, "users who entered and may still take the step: not yet taken, window not over on as_of_date"
)

# retention and survival
KIND = Named("kind", STRING, "kind of return that is looked at, or of spell, as named in conf or by its table")
COHORT = Named("cohort", STRING, "users who began in the same week, such as 2026-W19, or month, such as 2026-05")
COHORT_DATE = Named("cohort_date", DATE, "first day of the cohort's week (a Monday) or month")
AGE = Named("age", INTEGER, "periods since the cohort's own, which is 0; for renewals terms since the first")
COHORT_COUNT = Named("cohort_count", LONG, "users in the cohort")
RETURNED_COUNT = Named("returned_count", LONG, "users of the cohort who returned at this age, as the kind has it")
RETURNED_SHARE = Named("returned_share", DOUBLE, "share of the cohort that returned; null while the age is not over")
RETURNED_LOW = Named("returned_low_share", DOUBLE, "lower end of the 95 % interval of returned_share (Wilson)")
RETURNED_HIGH = Named("returned_high_share", DOUBLE, "upper end of the 95 % interval of returned_share (Wilson)")

# stickiness
DAILY_COUNT = Named("daily_count", LONG, "users active on event_date")
WEEKLY_COUNT = Named("weekly_count", LONG, "users active in the 7 days that end with event_date")
MONTHLY_COUNT = Named("monthly_count", LONG, "users active in the 28 days that end with event_date")
STICKINESS = Named("stickiness_share", DOUBLE, "daily_count in monthly_count; null where nobody was active")
STICKINESS_LOW = Named("stickiness_low_share", DOUBLE, "lower end of the 95 % interval of stickiness_share (Wilson)")
STICKINESS_HIGH = Named("stickiness_high_share", DOUBLE, "upper end of the 95 % interval of stickiness_share (Wilson)")

# user_states and life_cycle
LIFE_STATE = Named("life_state", STRING, "where the user is in the life cycle: new, active, back, dormant or lost")
FORMER_LIFE_STATE = Named(
    "former_life_state", STRING, "life_state by the same rules on former_date; `unseen` = not yet there"
)
FORMER_DATE = Named("former_date", DATE, "earlier day whose states are looked at")
FROM_STATE = Named("from_state", STRING, "life_state on former_date; `unseen` = not yet there")
TO_STATE = Named("to_state", STRING, "life_state on as_of_date")
FROM_COUNT = Named("from_count", LONG, "users of the segment who were in from_state")
FLOW_SHARE = Named("flow_share", DOUBLE, "share of the users of from_state who are now in to_state")
FLOW_LOW = Named("flow_low_share", DOUBLE, "lower end of the 95 % interval of flow_share (Wilson)")
FLOW_HIGH = Named("flow_high_share", DOUBLE, "upper end of the 95 % interval of flow_share (Wilson)")
TOTAL_SHARE = Named("total_share", DOUBLE, "share of all users of the segment who went this way")

# survival
SURVIVAL_DAY = Named("survival_day", INTEGER, "days since the start of the spell")
AT_RISK_COUNT = Named("at_risk_count", LONG, "users whose spell lasted until this day at least")
ENDED_COUNT = Named("ended_count", LONG, "users whose spell ended on this day")
CENSORED_COUNT = Named("censored_count", LONG, "users whose spell has lasted so long and goes on at as_of_date")
SURVIVAL = Named("survival_share", DOUBLE, "share whose spell lasts longer than this day (Kaplan and Meier)")
SURVIVAL_LOW = Named(
    "survival_low_share", DOUBLE, "lower end of the 95 % band of survival_share (log-log); null where it is 0 or 1"
)
SURVIVAL_HIGH = Named(
    "survival_high_share", DOUBLE, "upper end of the 95 % band of survival_share (log-log); null where it is 0 or 1"
)

# survival_tests
EXPECTED_ENDS = Named(
    "expected_ends", DOUBLE, "spells of the segment that would have ended if it were like the rest of its scheme"
)
OBSERVED_ENDS = Named("observed_ends", LONG, "spells of the segment that ended")
CHI_SQUARE = Named("chi_square", DOUBLE, "log-rank statistic against the rest of the scheme, one degree of freedom")
LOG_RANK_P = Named("log_rank_p", DOUBLE, "chance of such a difference if there were none, this segment alone looked at")
LOG_RANK_P_HOLM = Named("log_rank_p_holm", DOUBLE, "the same with all segments of the scheme looked at (Holm)")
