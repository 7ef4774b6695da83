"""Words of the tables of segments."""

from pyspark.sql.types import DoubleType, MapType, StringType

from learnlake.lake.columns.named import BOOLEAN, DATE, DOUBLE, LONG, STRING, STRINGS, Named

EVERYBODY = "all"  # scheme and segment of tables that count all users beside segments
OUTSIDE = "outside"  # segment of the users who are in none of a scheme

# segments
SCHEME = Named("scheme", STRING, "way of cutting users into segments, the name of its file in conf/segments")
SEGMENT_ID = Named("segment_id", STRING, "segment; the same id means the same segment from one retraining to the next")
SEGMENT_NAME = Named("segment_name", STRING, "name in English, from what sets the segment apart or from conf")
SEGMENT_NAME_ZH = Named("segment_name_zh", STRING, "name in Chinese, from what sets the segment apart or from conf")
COLOUR = Named("colour", STRING, "colour of the segment in every picture, as #rrggbb; stays as long as the id")
MEMBER_COUNT = Named("member_count", LONG, "users in the segment")
MEMBER_SHARE = Named("member_share", DOUBLE, "share of the scheme's users that are in the segment")
CLIENT_COUNT = Named(
    "client_count", LONG, "clients in the segment: an organisation counts once, however many seats it has"
)
SPEND_SHARE = Named(
    "spend_share", DOUBLE, "share of the scheme's spending in the last 90 days that is the segment's; null without any"
)
DEFINITION = Named("definition", STRING, "at most three conditions in SQL over gold.user_features, or the rule of conf")
DEFINITION_EN = Named("definition_en", STRING, "the definition in English words")
DEFINITION_ZH = Named("definition_zh", STRING, "the definition in Chinese words")
DEFINITION_PRECISION = Named(
    "definition_precision",
    DOUBLE,
    "share of the users who meet the definition that are members; null where nobody does",
)
DEFINITION_RECALL = Named(
    "definition_recall", DOUBLE, "share of the members who meet the definition; null without members"
)
APART_BY = Named(
    "apart_by",
    MapType(StringType(), DoubleType()),
    "feature -> members' mean less all other users', in pooled standard deviations of the tamed feature (Cohen's d)",
)
EXAMPLE_USER_IDS = Named("example_user_ids", STRINGS, "up to three members nearest to the centre, by pseudonym")
SILHOUETTE = Named(
    "silhouette",
    DOUBLE,
    "simplified silhouette: mean of 1 - distance / second_distance over the members; null where there are no distances",
)
STABILITY = Named(
    "stability", DOUBLE, "mean adjusted Rand index of the cut with those of bootstrap samples; null for rules"
)
TREE_PATH = Named(
    "tree_path", STRING, "turns from the root of the tree down to the segment, l or r; null where there is no tree"
)
BEFORE_DATE = Named("before_date", DATE, "the newest computed day at least 28 days earlier, to which changes refer")
MEMBER_CHANGE = Named(
    "member_change", LONG, "member_count less that of before_date; null where there was no such segment"
)
APART_CHANGE = Named(
    "apart_change", MapType(StringType(), DoubleType()), "apart_by less that of before_date, feature by feature"
)
MODEL_VERSION = Named(
    "model_version", STRING, "version of the model that made the row; `conf` where a rule of conf did"
)
MEMBER_SINCE = Named(
    "member_since", DATE, "first as-of date of the unbroken stay in the segment, among the days computed"
)
PREVIOUS_SEGMENT_ID = Named(
    "previous_segment_id", STRING, "segment before this one, left on member_since; null if none"
)
SECOND_SEGMENT_ID = Named("second_segment_id", STRING, "second nearest segment, or the second most probable tier")
DISTANCE = Named("distance", DOUBLE, "distance to the segment in the model's scaled space")
SECOND_DISTANCE = Named("second_distance", DOUBLE, "distance to the second nearest segment")
PROBABILITY = Named(
    "probability", DOUBLE, "calibrated chance that the user belongs here; null where nothing states one"
)
SECOND_PROBABILITY = Named("second_probability", DOUBLE, "chance of the second segment; null where nothing states one")
IS_HELD = Named(
    "is_held", BOOLEAN, "whether the user stays only because the new segment is not clearly nearer (hysteresis)"
)
MOVES_BY = Named("moves_by", STRING, "feature whose smallest change alone would put the user into the second segment")
MOVES_TO = Named("moves_to", DOUBLE, "value of moves_by at which the second segment would be as near")

# segment_moves
FROM_SEGMENT_ID = Named("from_segment_id", STRING, "segment on the newest earlier day; `outside` = in none")
TO_SEGMENT_ID = Named("to_segment_id", STRING, "segment on as_of_date; `outside` = in none")
MOVED_COUNT = Named("moved_count", LONG, "users who went this way since the newest earlier day")
MOVE_KIND = Named(
    "move_kind",
    STRING,
    "move, enter, leave; or what became of the segments at a retraining: birth, death, split, merge",
)

# segment_outcomes
OUTCOME = Named("outcome", STRING, "outcome that conf names for the scheme")
MEMBERS_DATE = Named("members_date", DATE, "day whose members are looked at")
OUTCOME_COUNT = Named("outcome_count", LONG, "members with the outcome")
OUTCOME_SHARE = Named("outcome_share", DOUBLE, "share of the members with the outcome")
OUTCOME_LOW = Named("outcome_low_share", DOUBLE, "lower end of the 95 % interval of outcome_share (Wilson)")
OUTCOME_HIGH = Named("outcome_high_share", DOUBLE, "upper end of the 95 % interval of outcome_share (Wilson)")
REST_DIFFERENCE = Named("rest_difference", DOUBLE, "outcome_share less that of all other users of the scheme")
REST_DIFFERENCE_LOW = Named(
    "rest_difference_low", DOUBLE, "lower end of the 95 % interval of rest_difference (Newcombe)"
)
REST_DIFFERENCE_HIGH = Named(
    "rest_difference_high", DOUBLE, "upper end of the 95 % interval of rest_difference (Newcombe)"
)
