"""The Spark session: the same code on a laptop, under ``spark-submit``, in a Databricks job and over Spark Connect.

Only here may the driver's context and the Java side be touched.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

from delta import configure_spark_with_delta_pip
from pydantic import Field
from pyspark import SparkConf, SparkContext, SparkFiles
from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from learnlake.errors import LearnlakeError
from learnlake.settings import Section

JAVA = 17
EXTENSIONS = "spark.sql.extensions"
DELTA = {
    EXTENSIONS: "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
ALWAYS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # Spark 4.2.0 takes a union of parts that were shuffled alike for one whole, and groups it without a shuffle: keys came out twice
    "spark.sql.unionOutputPartitioning": "false",
}
# what suits a few hundred small plans and a few large ones, wherever they run; who submits a job may say otherwise
OURS = {
    "spark.python.sql.dataFrameDebugging.enabled": "false",  # it records a stack for every column that is made
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.pythonUDF.arrow.enabled": "false",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    # a night's run has a few hundred plans: of the default 100 kept ones, hardly any is still there when it comes again
    "spark.sql.codegen.cache.maxEntries": "5000",
    "spark.sql.autoBroadcastJoinThreshold": "32m",
    # sets of a group are collected by hash; the default falls back to sorting after 128 groups
    "spark.sql.objectHashAggregate.sortBased.fallbackThreshold": "100000",
    "spark.log.level": "WARN",
}
# the plans of a night fill the half of Java's default 240 MB of compiled code that holds code not yet wholly compiled in minutes
ROOM_FOR_CODE = "-XX:ReservedCodeCacheSize=512m"
LAPTOP = {
    **OURS,
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.extraJavaOptions": ROOM_FOR_CODE,
}
# the driver's Java runs already when a submitted job begins; its executors' does not
SUBMITTED = {**OURS, "spark.executor.extraJavaOptions": ROOM_FOR_CODE}
PATIENCE, SETTLED = 30.0, 3.0
"""Seconds in which executors should come; and after which, when no more came, all have."""
UNBOUNDED = 200
"""Cores that are reckoned with where a cluster may grow without bound: with them, Spark's and Delta's own defaults stay."""


class SparkSettings(Section):
    """How a session is started; ``options`` hold under spark-submit too, unless the submitter says otherwise."""

    where: ClassVar[str] = "spark"
    master: str = "local[*]"
    driver_memory: str = "4g"
    log_file: str = "spark.log"
    options: dict[str, str] = Field(default={}, description="further Spark options")


def start(settings: SparkSettings) -> SparkSession:
    """Return the session to work in.

    On Databricks and Spark Connect the session of that place is taken, with UTC and ANSI mode set. Under spark-submit one is
    started with what suits us and the size of the cluster, unless the submitter says otherwise. Elsewhere a local one is started;
    what Java writes goes to ``log_file`` rather than among the output.

    Raises:
        LearnlakeError: if Java is missing or wrong, or Delta's jars cannot be had.
    """
    if "DATABRICKS_RUNTIME_VERSION" in os.environ or "SPARK_REMOTE" in os.environ:
        return _with_habits(SparkSession.builder.getOrCreate())
    if "PYSPARK_GATEWAY_PORT" in os.environ:
        return _submitted(settings)
    problem = java_problem()
    if problem:
        raise LearnlakeError(problem)
    os.environ["PYSPARK_PYTHON"] = sys.executable  # else workers may run a Python without pandas
    builder = (
        SparkSession.builder.appName("learnlake")
        .master(settings.master)
        .config("spark.driver.memory", settings.driver_memory)
    )
    options: dict[str, Any] = {
        **DELTA,
        **LAPTOP,
        **by_size(os.cpu_count() or 2),
        **settings.options,
    }
    log = Path(settings.log_file)
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _one_at_a_time(), _java_writes_to(log):
            return _with_habits(configure_spark_with_delta_pip(builder.config(map=options)).getOrCreate())
    except PySparkRuntimeError as error:
        raise LearnlakeError(
            f"Spark did not start: {_last_words(log)}; see {log}, and run `learnlake doctor`."
        ) from error


def by_size(cores: int) -> dict[str, str]:
    """Return the options that follow from how many tasks can run at the same time.

    Measured on two cores: with Delta's default of 50 snapshot partitions a small merge takes 20 s, with 2 it takes 2.4 s.
    """
    parts = max(2, cores)
    return {
        "spark.sql.shuffle.partitions": str(parts),
        "spark.databricks.delta.snapshotPartitions": str(min(parts, 50)),
    }


def unless_said(ours: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    """Return those of our options about which the submitter says nothing."""
    return {name: value for name, value in ours.items() if name not in said}


def with_delta(said: Mapping[str, str]) -> dict[str, str]:
    """Return Delta's options: its catalog unless the submitter names one, its extension beside the submitter's own."""
    own = [name for name in said.get(EXTENSIONS, "").split(",") if name and name != DELTA[EXTENSIONS]]
    return {**unless_said(DELTA, said), EXTENSIONS: ",".join([*own, DELTA[EXTENSIONS]])}


def at_start(said: Mapping[str, str], conf: Mapping[str, str]) -> dict[str, Any]:
    """Return the options of a submitted session that do not depend on its size.

    Args:
        said: what the submitter says, which holds against all else.
        conf: what our conf says, which holds against our defaults.
    """
    return {**unless_said({**SUBMITTED, **conf}, said), **with_delta(said)}


def cores_asked(said: Mapping[str, str]) -> int | None:
    """Return how many cores the submitter asks for; None = as many as there are."""
    each = int(said.get("spark.executor.cores", "1"))
    if said.get("spark.dynamicAllocation.enabled") == "true":
        most = said.get("spark.dynamicAllocation.maxExecutors", "")
        return int(most) * each if most.isdigit() else UNBOUNDED
    if "spark.cores.max" in said:
        return int(said["spark.cores.max"])
    return int(said["spark.executor.instances"]) * each if "spark.executor.instances" in said else None


def _submitted(settings: SparkSettings) -> SparkSession:
    """Start the session of a submitted job; what --conf, --properties-file and spark-defaults.conf say, holds."""
    SparkContext._ensure_initialized()  # else SparkConf knows nothing of what was submitted
    said = dict(SparkConf().getAll())
    if not _spark_utils().classIsLoadable(DELTA[EXTENSIONS]):
        raise LearnlakeError(
            f"Delta's jars are missing: submit with `--packages {delta_package()}`, or hand the jars over with --jars."
        )
    spark = SparkSession.builder.config(map=at_start(said, settings.options)).getOrCreate()
    _hand_on_wheels(spark, said.get("spark.submit.pyFiles", ""))
    for name, value in unless_said(by_size(_cores(spark, said)), {**settings.options, **said}).items():
        spark.conf.set(name, value)
    return _with_habits(spark)


def delta_package() -> str:
    """Return the Maven coordinates of Delta for the Spark at hand."""
    release = ".".join(version("pyspark").split(".")[:2])
    return f"io.delta:delta-spark_{release}_2.13:{version('delta-spark')}"


def _spark_utils() -> Any:
    """Return Spark's own helpers on the Java side; a Java name has dots."""
    return getattr(SparkContext._jvm, "org.apache.spark.util.Utils")


def _hand_on_wheels(spark: SparkSession, handed: str) -> None:
    """Put wheels among ``--py-files`` on the workers' path, too: Spark does so with .zip, .egg and .jar, and a wheel is a zip."""
    for path in (Path(name) for name in handed.split(",") if name.endswith(".whl")):
        folder = Path(tempfile.mkdtemp(prefix="learnlake-"))
        zipped = shutil.copyfile(SparkFiles.get(path.name), folder / f"{path.stem}.zip")
        spark.sparkContext.addPyFile(str(zipped))


def _cores(spark: SparkSession, said: Mapping[str, str]) -> int:
    """Return the cores that are asked for; else wait until executors have come, and no more come."""
    asked, context = cores_asked(said), spark.sparkContext
    if asked or str(context.master).startswith("local"):
        return asked or context.defaultParallelism
    until = time.monotonic() + PATIENCE
    seen, since = 0, time.monotonic()
    while time.monotonic() < min(until, since + SETTLED if seen else until):
        time.sleep(0.2)
        has_executor = spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() > 1
        if has_executor and context.defaultParallelism != seen:
            seen, since = context.defaultParallelism, time.monotonic()
    return seen or context.defaultParallelism


def _with_habits(spark: SparkSession) -> SparkSession:
    for name, value in ALWAYS.items():
        spark.conf.set(name, value)
    _remember_names(spark)
    return spark


def _remember_names(spark: SparkSession) -> None:
    """Have Java look up once the classes behind Spark's functions, and their members.

    PySpark asks Java for them at every Column that is made, by names that make it search all jars: measured, a third of what
    the driver does while plans are made. Over Spark Connect there is no Java to ask.
    """
    if "SPARK_REMOTE" in os.environ or not hasattr(spark, "_jvm"):
        return
    java = spark.sparkContext._jvm
    for name in ("functions", "org.apache.spark.sql.functions", "PythonUtils", "PythonSQLUtils"):
        vars(java)[name] = _Remembering(getattr(java, name))


class _Remembering:
    """A class of Java whose members are asked for once each."""

    def __init__(self, known: Any) -> None:
        self._known = known

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._known, name)
        vars(self)[name] = value
        return value


def java_problem() -> str | None:
    """Say in one sentence what is wrong with Java, or nothing."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not java or not Path(java).exists():
        return f"Java {JAVA} is missing: install it (Debian: `apt-get install openjdk-17-jre-headless`) and put `java` on the PATH or set JAVA_HOME."
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603  # the user's own java
    found = re.search(r'version "(\d+)', said)
    if not found or int(found[1]) < JAVA:
        version = found[1] if found else "unknown"
        return f"Java {version} at {java} is too old: Spark 4 needs Java {JAVA} or 21; install it and set JAVA_HOME."
    return None


def _last_words(log: Path) -> str:
    text = log.read_text(errors="replace") if log.is_file() else ""
    if any(words in text for words in ("unresolved dependency", "download failed", "UnknownHostException")):
        return "Delta's jars could not be downloaded (is the network or proxy to Maven Central open?)"
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "Java ended without a word"


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Wait while another session of this user starts: two that fetch Delta's jars for the first time spoil each other's."""
    lock = Path(tempfile.gettempdir()) / f"learnlake-{os.getuid()}.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # gone with the process, however it ends
        yield


@contextmanager
def _java_writes_to(log: Path) -> Iterator[None]:
    """Start a child with its error stream in a file; ours is back afterwards."""
    sys.stderr.flush()
    ours = os.dup(2)
    with log.open("a", encoding="utf-8") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(ours, 2)
            os.close(ours)
