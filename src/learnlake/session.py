"""The Spark session: the same code on a laptop, under ``spark-submit``, in a Databricks job and over Spark Connect.

Only here may the driver's context and the Java side be touched.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from delta import configure_spark_with_delta_pip
from pydantic import Field
from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from learnlake.errors import LearnlakeError
from learnlake.settings import Section

JAVA = 17
DELTA: dict[str, bool | float | int | str | None] = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
ALWAYS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # Spark 4.2.0 takes a union of parts that were shuffled alike for one whole, and groups it without a shuffle: keys came out twice
    "spark.sql.unionOutputPartitioning": "false",
}
# measured on two cores: with the default 50 snapshot partitions a small merge takes 20 s, with 2 it takes 2.4 s
LAPTOP = {
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
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
    # the plans of a night fill the half of Java's default 240 MB of compiled code that holds code not yet wholly compiled in minutes
    "spark.driver.extraJavaOptions": "-XX:ReservedCodeCacheSize=512m",
}


class SparkSettings(Section):
    """How a session of our own is started; a session that is already there is taken as it is."""

    where: ClassVar[str] = "spark"
    master: str = "local[*]"
    driver_memory: str = "4g"
    log_file: str = "spark.log"
    options: dict[str, str] = Field(default={}, description="further Spark options")


def start(settings: SparkSettings) -> SparkSession:
    """Return the session to work in.

    On Databricks, Spark Connect and under spark-submit the session of that place is taken, with UTC and ANSI mode set.
    Elsewhere a local one is started; what Java writes goes to ``log_file`` rather than among the output.

    Raises:
        LearnlakeError: if Java is missing or wrong, or Delta's jars cannot be had.
    """
    if "DATABRICKS_RUNTIME_VERSION" in os.environ or "SPARK_REMOTE" in os.environ:
        return _with_habits(SparkSession.builder.getOrCreate())
    if "PYSPARK_GATEWAY_PORT" in os.environ:
        return _with_habits(SparkSession.builder.config(map=DELTA).getOrCreate())
    problem = java_problem()
    if problem:
        raise LearnlakeError(problem)
    os.environ["PYSPARK_PYTHON"] = sys.executable  # else workers may run a Python without pandas
    cores = str(os.cpu_count() or 2)
    builder = (
        SparkSession.builder.appName("learnlake")
        .master(settings.master)
        .config("spark.driver.memory", settings.driver_memory)
    )
    options: dict[str, bool | float | int | str | None] = {
        **DELTA,
        **LAPTOP,
        "spark.sql.shuffle.partitions": cores,
        **settings.options,
    }
    log = Path(settings.log_file)
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _java_writes_to(log):
            return _with_habits(configure_spark_with_delta_pip(builder.config(map=options)).getOrCreate())
    except PySparkRuntimeError as error:
        raise LearnlakeError(
            f"Spark did not start: {_last_words(log)}; see {log}, and run `learnlake doctor`."
        ) from error


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
    if "unresolved dependency" in text or "UnknownHostException" in text:
        return "Delta's jars could not be downloaded (is the network or proxy to Maven Central open?)"
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "Java ended without a word"


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
