"""Whether Spark writes and compiles code for a plan: for a handful of rows it costs more than it gives, for many it is worth it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession

INTERPRETED = {"spark.sql.codegen.factoryMode": "NO_CODEGEN", "spark.sql.codegen.wholeStage": "false"}
"""How the suite's session starts."""
COMPILED = {"spark.sql.codegen.factoryMode": "FALLBACK", "spark.sql.codegen.wholeStage": "true"}


@contextmanager
def compiling(spark: SparkSession) -> Iterator[None]:
    """Have Spark compile meanwhile."""
    before = {name: spark.conf.get(name) for name in COMPILED}
    try:
        for name, value in COMPILED.items():
            spark.conf.set(name, value)
        yield
    finally:
        for name, value in before.items():
            spark.conf.set(name, value)
