"""Words of the books: what ran, what was refused, what was checked, what the gate decided."""

from pyspark.sql.types import DecimalType, DoubleType, LongType, MapType, StringType

from learnlake.lake.columns.named import BOOLEAN, DATE, DOUBLE, LONG, STRING, STRINGS, TIMESTAMP, Named

# ops
RUN_ID = Named("run_id", STRING, "one invocation of the job")
STEP_RUN_ID = Named("step_run_id", STRING, "one run of one step")
STEP = Named("step", STRING, "table or model that the step makes")
STATUS = Named("status", STRING, "done, failed, or unpublished (the gate refused)")
ROWS_READ = Named("rows_read", LONG, "rows handed to the step")
ROWS_KEPT = Named("rows_kept", LONG, "rows that stand in the table because of the step")
ROWS_REJECTED = Named("rows_rejected", LONG, "rows refused with reasons")
ROWS_DUPLICATE = Named("rows_duplicate", LONG, "rows that say again what another row says")
ROWS_NOT_APPLICABLE = Named("rows_not_applicable", LONG, "rows that the step is not meant for")
SECONDS = Named("seconds", DOUBLE, "wall-clock seconds")
VERSIONS_READ = Named("versions_read", MapType(StringType(), LongType()), "Delta version of each table as it was read")
VERSION_WRITTEN = Named("version_written", LONG, "Delta version that the step wrote")
SIGNATURE = Named("signature", STRING, "hash of the step's inputs, settings and code: equal = nothing to do")
STARTED_AT = Named("started_at", TIMESTAMP, "when the step started, UTC")
MESSAGE = Named("message", STRING, "what the run said")
TRACEBACK = Named(
    "traceback", STRING, "where a library's error came from; null where the message says all, or may not be kept"
)
CHURN_READ = Named(
    "churn_read", LONG, "of a training: rows that had ever been added to or taken from the logs it sees, when it ran"
)
TABLE_NAME = Named("table_name", STRING, "full name of the table")
SLICE_DATE = Named("slice_date", DATE, "day of the slice, by the column that the table is dated by")
ROW_COUNT = Named("row_count", LONG, "rows of the slice")
DIGEST = Named("digest", DecimalType(38, 0), "sum of the hashes of the rows: equal content gives equal digests")
CHURN_COUNT = Named("churn_count", LONG, "rows that were ever added to the slice or taken from it")
DELTA_VERSION = Named("delta_version", LONG, "Delta version of the table that wrote it")
MADE_OF = Named(
    "made_of", STRING, "signature of what the slice was made of; empty where its table is not made slice by slice"
)
FILE_BYTES = Named("file_bytes", LONG, "size of the file when it was read")
MODIFIED_AT = Named("modified_at", TIMESTAMP, "when the file had last been changed, UTC")
FILE_DIGEST = Named(
    "file_digest", DecimalType(38, 0), "sum of the hashes of the file's records; null of one that was new"
)
ROWS_LANDED = Named("rows_landed", LONG, "rows of the file in bronze")
ROWS_GONE = Named("rows_gone", LONG, "rows in bronze that the file had no longer")
HOST = Named("host", STRING, "machine on which the run works")
PROCESS = Named("process", LONG, "process of the run on its machine")
STATE = Named("state", STRING, "held, ended, or broken: ended with a commit that the books may not know")
BEAT_AT = Named("beat_at", TIMESTAMP, "when the run said so, UTC")
REJECT_ID = Named("reject_id", STRING, "hash of source, mapping, file, position and copy number")
REASONS = Named("reasons", STRINGS, "names of the rules the row breaks")
ROW = Named("row", STRING, "the row as JSON, personal columns hashed; null for a line that cannot be parsed")
CHECK_ID = Named("check_id", STRING, "one result of one check")
CHECK = Named("check", STRING, "what was checked")
IS_OK = Named("is_ok", BOOLEAN, "whether the check held")
DETAIL = Named("detail", STRING, "the numbers of the check")
DECISION_ID = Named("decision_id", STRING, "one decision about a version of a model")
MODEL = Named("model", STRING, "name of the model")
TRAIN_DATE = Named("train_date", DATE, "last day whose data the training saw")
IS_PUBLISHED = Named("is_published", BOOLEAN, "whether the gate let the candidate pass")
IS_WITHDRAWN = Named("is_withdrawn", BOOLEAN, "whether this decision took a published version back")
METRICS = Named("metrics", MapType(StringType(), DoubleType()), "metrics of candidate and baselines")
REASON = Named("reason", STRING, "why it was decided so, in a sentence")
