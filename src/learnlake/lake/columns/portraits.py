"""Words of gold.portraits."""

from pyspark.sql.types import ArrayType, MapType, StringType, StructField, StructType

from learnlake.lake.columns.named import DATE, DOUBLE, LONG, NOTES, STRING, Named

BASES = ("observed", "declared", "prior")
PORTRAIT_TAG = StructType(
    [
        StructField("branch", STRING),
        StructField("parent", STRING),
        StructField("tag", STRING),
        StructField("weight", DOUBLE),
        StructField("deviation", DOUBLE),
        StructField("event_count", LONG),
        StructField("last_date", DATE),
        StructField("basis", STRING),
    ]
)
PORTRAIT_TAGS = Named(
    "portrait_tags",
    ArrayType(PORTRAIT_TAG),
    "tags by branch, the heaviest first: weight 0..1 within branch and basis, standard deviation of the weight, the events "
    "and the last day behind it, and its basis: observed, declared or prior",
)
PORTRAIT_EVENT_COUNT = Named(
    "portrait_event_count",
    LONG,
    "tags of events within sight of the live branches; an event counts once for each tag it carries",
)
PORTRAIT_EVIDENCE = Named(
    "portrait_evidence", DOUBLE, "portrait_event_count with each count halved every half-life of its branch"
)
PORTRAIT_CERTAINTY = Named(
    "portrait_certainty",
    DOUBLE,
    "how far the observed tags rest on the user's own events, 0..1: mean over the branches of evidence / (evidence + "
    "prior_strength); 0 = on the prior alone; null where no live branch observes",
)
TOP_INTEREST = Named(
    "top_interest",
    STRING,
    "heaviest tag of the branch `interest` that was observed, else declared; null where neither, never the prior's",
)
TOP_LEVEL = Named(
    "top_level",
    STRING,
    "heaviest tag of the branch `level` that was observed, else declared; null where neither, never the prior's",
)
SCORES = Named(
    "scores", MapType(StringType(), DOUBLE), "portrait score, the name of its file in conf/scores -> sum of its parts"
)
SCORE_PARTS = Named(
    "score_parts",
    MapType(StringType(), MapType(StringType(), DOUBLE)),
    "portrait score -> feature -> weight x feature; the parts of a score add up to it, `intercept` is one of them",
)
SCORE_VERSIONS = Named(
    "score_versions", NOTES, "portrait score -> version of the model that weighs it; `conf` where conf does"
)
BRANCH_VERSIONS = Named(
    "branch_versions", MapType(StringType(), LONG), "live branch of the tag tree -> its version in conf/tags"
)
