"""Ops: what ran, what was refused, what was checked, what the gate decided; written by the runner alone."""

from learnlake.lake import columns as c
from learnlake.lake.table import Layer, Refresh, Table

RUNS = Table(
    layer=Layer.OPS,
    name="runs",
    grain="one run of one step",
    columns=(
        *(
            c.STEP_RUN_ID,
            c.RUN_ID,
            c.STEP,
            c.AS_OF_DATE,
            c.STATUS,
            c.ROWS_READ,
            c.ROWS_KEPT,
            c.ROWS_REJECTED,
            c.ROWS_DUPLICATE,
        ),
        *(c.ROWS_NOT_APPLICABLE, c.SECONDS, c.VERSIONS_READ, c.VERSION_WRITTEN, c.SIGNATURE, c.STARTED_AT, c.MESSAGE),
        *(c.TRACEBACK, c.CHURN_READ),
    ),
    key=(c.STEP_RUN_ID,),
    refresh=Refresh.append(),
)
SLICES = Table(
    layer=Layer.OPS,
    name="slices",
    grain="what one table held of one day after one commit; the newest row of a day counts",
    columns=(
        *(c.TABLE_NAME, c.SLICE_DATE, c.ROW_COUNT, c.DIGEST, c.CHURN_COUNT, c.DELTA_VERSION, c.MADE_OF),
        *(c.RUN_ID, c.STARTED_AT),
    ),
    key=(c.TABLE_NAME, c.SLICE_DATE, c.DELTA_VERSION),
    refresh=Refresh.append(),
)
LANDED = Table(
    layer=Layer.OPS,
    name="landed",
    grain="one raw file as it was when it was read; the newest row of a file counts",
    columns=(
        *(c.SOURCE, c.SOURCE_FILE, c.FILE_BYTES, c.MODIFIED_AT, c.DELTA_VERSION, c.FILE_DIGEST, c.ROWS_LANDED),
        *(c.ROWS_REJECTED, c.ROWS_GONE, c.RUN_ID, c.STARTED_AT),
    ),
    key=(c.SOURCE, c.SOURCE_FILE, c.STARTED_AT),
    refresh=Refresh.append(),
)
LEASES = Table(
    layer=Layer.OPS,
    name="leases",
    grain="one word of a run that works on the lake: that it still does, or that it has ended",
    columns=(c.RUN_ID, c.HOST, c.PROCESS, c.STATE, c.BEAT_AT),
    key=(c.RUN_ID, c.BEAT_AT),
    refresh=Refresh.append(),
)
REJECTS = Table(
    layer=Layer.OPS,
    name="rejects",
    grain="one refused row with the reasons",
    columns=(c.REJECT_ID, c.SOURCE, c.MAPPING, c.SOURCE_FILE, c.SOURCE_POSITION, c.RECEIVED_AT, c.REASONS, c.ROW),
    key=(c.REJECT_ID,),
    refresh=Refresh.merge(),
    warns=("a line that cannot be parsed is kept as file and keyed hash, never as text: it could hold anything",),
)
QUALITY = Table(
    layer=Layer.OPS,
    name="quality",
    grain="one result of one check in one run",
    columns=(c.CHECK_ID, c.RUN_ID, c.CHECK, c.SOURCE, c.MAPPING, c.IS_OK, c.DETAIL, c.STARTED_AT),
    key=(c.CHECK_ID,),
    refresh=Refresh.append(),
)
MODELS = Table(
    layer=Layer.OPS,
    name="models",
    grain="one decision about one version of a model: by the gate, or later by whoever withdrew it",
    columns=(
        *(
            c.DECISION_ID,
            c.RUN_ID,
            c.MODEL,
            c.TRAIN_DATE,
            c.MODEL_VERSION,
            c.IS_PUBLISHED,
            c.IS_WITHDRAWN,
            c.METRICS,
            c.REASON,
            c.STARTED_AT,
        ),
    ),
    key=(c.DECISION_ID,),
    refresh=Refresh.append(),
)

TABLES = (RUNS, SLICES, LANDED, LEASES, REJECTS, QUALITY, MODELS)
