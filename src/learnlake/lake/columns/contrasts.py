"""Words of contrasts: a share among some users (the cases) beside the share among others (the controls)."""

from learnlake.lake.columns.named import DOUBLE, LONG, Named

CASE_COUNT = Named("case_count", LONG, "cases: users (or events) of the group that is looked at")
CASE_HIT_COUNT = Named("case_hit_count", LONG, "cases of which it is true")
CONTROL_COUNT = Named("control_count", LONG, "controls: users (or events) that the cases are compared with")
CONTROL_HIT_COUNT = Named("control_hit_count", LONG, "controls of which it is true")
CASE_SHARE = Named("case_share", DOUBLE, "share of the cases of which it is true; null without cases")
CONTROL_SHARE = Named("control_share", DOUBLE, "share of the controls of which it is true; null without controls")
DIFFERENCE = Named("difference", DOUBLE, "case_share less control_share")
DIFFERENCE_LOW = Named("difference_low", DOUBLE, "lower end of the 95 % interval of difference (Newcombe)")
DIFFERENCE_HIGH = Named("difference_high", DOUBLE, "upper end of the 95 % interval of difference (Newcombe)")
EFFECT_SIZE = Named(
    "effect_size",
    DOUBLE,
    "Cohen's h of the two shares: 0.2 is small, 0.5 medium, 0.8 large; negative if cases less often",
)
CONTRAST_P = Named(
    "contrast_p", DOUBLE, "chance of such a difference, either way, if there were none (Fisher, doubled)"
)
CONTRAST_Q = Named(
    "contrast_q",
    DOUBLE,
    "share of false ones to expect among those up to here, all tests beside it counted (Benjamini and Hochberg)",
)
CONTRAST = (
    *(CASE_COUNT, CASE_HIT_COUNT, CONTROL_COUNT, CONTROL_HIT_COUNT, CASE_SHARE, CONTROL_SHARE),
    *(DIFFERENCE, DIFFERENCE_LOW, DIFFERENCE_HIGH, EFFECT_SIZE, CONTRAST_P, CONTRAST_Q),
)
