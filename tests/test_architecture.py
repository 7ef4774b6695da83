"""The architecture as tests, over the records of stages, the import graph and the syntax of the code. No Spark."""

import ast
import importlib
import inspect
import pkgutil
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from learnlake import pipeline
from learnlake.lake.catalogue import catalogue
from learnlake.lake.sources import Sources
from learnlake.lake.stage import Arrivals, Stage, Step, Training, asked, sections_of, tables_of
from learnlake.lake.table import Layer, Table
from learnlake.lake.tables import FIXED, ops
from learnlake.lake.tables.gold import AUDIENCES
from learnlake.settings import load
from tests.conftest import ROOT
from tests.syntax import OURS, SRC, attributes, called, calls, word

ROOMS = {path.relative_to(SRC).parts[0] for path in SRC.rglob("stages")}
CONF = load(ROOT / "conf", "local", pipeline.SECTIONS)  # the sources of every platform
STAGES = [step for step in pipeline.STEPS if isinstance(step, Stage)]
OFFERED = {"as_of", "models", "current", "file", "table"}  # what the runner hands over beside sections of conf
TWINS = {
    "modelling/model.py": "modelling/test_model_contract.py",
    "lake/columns/named.py": "lake/test_columns.py",
    "options.py": "test_cli.py",
    "runner/arrivals.py": "runner/test_failures.py",
    "answering.py": "test_ask.py",
    "recommend/lists/training.py": "recommend/lists/test_planted.py",
    "recommend/lists/answers.py": "recommend/lists/test_planted.py",
    "recommend/lists/stages/recommendations.py": "recommend/lists/test_planted.py",
}  # elsewhere than under the module's own name

DOORS = {"lake/store.py", "lake/raw.py", "session.py"}
READER = frozenset(["format", "option", "options", "schema", "load", "csv", "json", "parquet", "text", "orc", "jdbc"])
WRITER = READER - {"load", "schema"} | {"mode", "partitionBy", "save", "saveAsTable", "insertInto"}
WRITES = frozenset(["writeTo", "saveAsTable", "insertInto", "createTempView", "createOrReplaceTempView", "getOrCreate"])
OF_THE_SESSION = frozenset(["sql", "table", "catalog", "streams", "conf"])
FILES = frozenset(["open", "read_text", "write_text", "read_bytes", "write_bytes"])
ACTIONS = frozenset(
    [
        "count",
        "collect",
        "take",
        "first",
        "head",
        "tail",
        "show",
        "toPandas",
        "toArrow",
        "toLocalIterator",
        "isEmpty",
        "foreach",
        "foreachPartition",
    ]
)
UNPORTABLE = frozenset(["rdd", "sparkContext", "_jvm", "_jdf", "_jsc"])
UNSTEADY = frozenset(["monotonically_increasing_id", "spark_partition_id", "rand", "randn", "shuffle", "uuid"])
CLOCKS = frozenset(["now", "utcnow", "today", "time", "current_date", "current_timestamp", "localtimestamp"])

EVERY_ROOM = pytest.mark.parametrize("room", pipeline.ROOMS, ids=lambda room: room.__name__)
EVERY_STEP = pytest.mark.parametrize("step", pipeline.STEPS, ids=lambda step: step.name)
EVERY_STAGE = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)


def steps_in(room: ModuleType) -> list[Step]:
    """Every record of a stage or training that a module of the room holds, once."""
    names = [found.name for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")]
    held = [value for name in names for value in vars(importlib.import_module(name)).values()]
    return list({id(value): value for value in held if isinstance(value, Stage | Training)}.values())


def function_of(step: Step) -> object:
    return step.build if isinstance(step, Stage) else step.fit


def test_every_table_has_one_owner():
    """A stage that writes it, the source that lands in it, or for ops the runner, which names it."""
    named = {word(node) for name, tree in OURS.items() if name.startswith("runner/") for node in ast.walk(tree)}
    owners = Counter(stage.name for stage in STAGES)
    owners.update(source.bronze.full_name for source in CONF.of(Sources).files.values())
    owners.update(table.full_name for name, table in vars(ops).items() if isinstance(table, Table) and name in named)
    assert owners == dict.fromkeys((name for name, table in catalogue(CONF).items() if not table.parts), 1)


def test_gold_keys_hold_as_of_date():
    """An arm of gold.audiences is kept once drawn, so its day is no part of its key."""
    gold = {table.name: {column.name for column in table.key} for table in FIXED if table.layer is Layer.GOLD}
    assert [name for name, key in gold.items() if "as_of_date" not in key] == [AUDIENCES.name]


def test_every_room_with_stages_is_in_the_pipeline():
    assert {room.__name__.rsplit(".", 1)[-1] for room in pipeline.ROOMS} == ROOMS


@EVERY_ROOM
def test_every_stage_is_in_the_pipeline(room):
    held = steps_in(room)
    assert sorted(step.name for step in room.STAGES) == sorted(step.name for step in held)
    assert set(room.STAGES) == set(held)


@EVERY_ROOM
def test_a_room_says_its_stages_settings_and_answers(room):
    assert {"STAGES", "SETTINGS", "ANSWERS"} <= set(room.__all__)
    assert set(room.SETTINGS) <= set(pipeline.SECTIONS)


@EVERY_STEP
def test_a_step_reads_tables_of_the_catalogue(step):
    arrivals = [read.target for read in step.reads if isinstance(read, Arrivals)]
    assert step.reads
    assert {table.full_name for table in (*tables_of(step.reads), *arrivals)} <= {table.full_name for table in FIXED}


@EVERY_STEP
def test_a_step_takes_one_frame_a_read_and_asks_for_what_the_runner_offers(step):
    parameters = inspect.signature(function_of(step)).parameters.values()
    frames = [parameter for parameter in parameters if parameter.kind is not inspect.Parameter.KEYWORD_ONLY]
    sections = sections_of(function_of(step))
    assert len(frames) == len(step.reads)
    assert set(asked(function_of(step))) - set(sections) <= OFFERED
    assert set(sections.values()) <= set(pipeline.SECTIONS)


@EVERY_STAGE
def test_a_stage_stands_in_the_module_of_its_table_and_bears_its_name(stage):
    assert stage.build.__module__.split(".")[-2:] == ["stages", stage.writes.name]
    assert stage.build.__name__ == stage.writes.name


@pytest.mark.parametrize("stage", [s for s in STAGES if s.writes.layer is Layer.SILVER], ids=lambda stage: stage.name)
def test_silver_knows_no_day(stage):
    assert "as_of" not in asked(stage.build)


def test_every_model_that_is_used_is_trained():
    used = {model for stage in STAGES for model in stage.uses}
    assert used == {step.makes for step in pipeline.STEPS if isinstance(step, Training)}


def test_every_module_has_its_twin():
    """tests/ mirrors src/learnlake. ``__init__`` needs none, nor does data: a module without a function or class."""
    missing = []
    for name, tree in OURS.items():
        is_active = any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body)
        twin = TWINS.get(name) or Path(name).with_name(f"test_{Path(name).name}").as_posix()
        if is_active and not name.endswith("__init__.py") and not (ROOT / "tests" / twin).is_file():
            missing.append(f"tests/{twin}")
    assert missing == [], "\n".join(missing)


def test_only_the_doors_touch_storage():
    """Tables are read and written in lake/store.py, raw files in lake/raw.py, and the session is made in session.py."""
    found = []
    for name, tree in OURS.items():
        for owner, said, line in attributes(tree):
            is_reader = owner in ("read", "readStream") and said in READER
            is_writer = owner in ("write", "writeStream") and said in WRITER
            is_asked = owner in ("spark", "sparkSession", "session") and said in OF_THE_SESSION
            if is_reader or is_writer or is_asked or said in WRITES:
                found.append((name, f"{owner}.{said}", line))
    assert {name for name, _, _ in found} == DOORS, [place for place in found if place[0] not in DOORS]


def test_frames_are_made_of_plain_values_only_where_stated():
    """The store for absent tables, the ledger and the lease for their books, a stage for what its model knows, a contest for MLlib, a command for what a person gave."""
    stated = {
        "lake/store.py",
        "runner/ledger.py",
        "runner/lease.py",
        "segments/stages/segments.py",
        "modelling/contest.py",
        "ask.py",
    }
    found = called(frozenset({"createDataFrame"}))
    assert {name for name in found if not name.startswith("simulate/")} == stated


def test_plain_files_are_opened_only_where_stated():
    """Conf, the key, raw logs, Java's log, the folder into which a model saves itself, a training's pictures, and a given list."""
    stated = {"settings.py", "lake/key.py", "lake/raw.py", "session.py", "ask.py", "ask_goals.py"}
    stated |= {"modelling/tracking.py", "modelling/propensity.py"}
    assert {name for name in called(FILES) if "/models/" not in name} == stated


def test_rooms_run_no_action():
    """Fitting is one, so trainings and models may; what joins and flags rows for the stages may not either."""
    rooms = [name for name in OURS if name.split("/")[0] in {*ROOMS, "simulate"}]
    pure = [name for name in rooms if "/models/" not in name and not name.endswith("/training.py")]
    found = {name: list(calls(OURS[name])) for name in (*pure, "lake/joins.py", "lake/rules.py")}
    assert [
        (name, *made) for name, all_ in found.items() for made in all_ if made[1] in ACTIONS and made[0] != "F"
    ] == []


def test_nothing_is_used_that_spark_connect_lacks():
    found = [
        (name, said, line) for name, tree in OURS.items() for _, said, line in attributes(tree) if said in UNPORTABLE
    ]
    assert [place for place in found if place[0] != "session.py"] == []


def test_no_row_depends_on_chance():
    found = [
        (name, said, line)
        for name, tree in OURS.items()
        for owner, said, line in calls(tree)
        if owner == "F" and said in UNSTEADY
    ]
    assert found == []


def test_only_the_command_line_looks_at_the_clock():
    """A stopwatch (time.monotonic) tells no day, and the ledger is handed its clock."""
    clocks = ("datetime", "date", "time", "F")
    found = [
        (name, said, line)
        for name, tree in OURS.items()
        for owner, said, line in calls(tree)
        if owner in clocks and said in CLOCKS
    ]
    assert {name for name, _, _ in found} == {"cli.py"}, found


def test_no_column_is_made_when_a_module_is_imported():
    found = []
    for name, tree in OURS.items():
        inner = [node for held in tree.body if isinstance(held, ast.ClassDef) for node in held.body]
        loose = [node for node in (*tree.body, *inner) if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
        found += [(name, line) for node in loose for owner, _, line in calls(node) if owner == "F"]
    assert found == []
