"""Is this machine fit to run? Each check says how to mend what it finds."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from learnlake.errors import LearnlakeError
from learnlake.lake.catalogue import LakeSettings
from learnlake.lake.key import VARIABLE, KeySettings
from learnlake.lake.sources import Sources
from learnlake.session import SparkSettings, java_problem, start
from learnlake.settings import Conf

OLDEST_PYTHON = (3, 11)
FREE_GB = 2


@dataclass(frozen=True)
class Finding:
    """One check: what, whether it is fine, and what was found or how to mend it."""

    what: str
    is_fine: bool
    said: str


def examine(conf: Callable[[], Conf]) -> Iterator[Finding]:
    """Check Java, Python, packages, conf, disk, key and Delta, one after the other.

    Args:
        conf: reads the conf; what it raises is a finding.
    """
    found = ".".join(map(str, sys.version_info[:3]))
    is_new = sys.version_info[:2] >= OLDEST_PYTHON
    yield Finding(
        "Python",
        is_new,
        found if is_new else f"{found} is too old: install Python 3.11 or newer and make the environment anew.",
    )
    problem = java_problem()
    yield Finding("Java", problem is None, problem or os.environ.get("JAVA_HOME") or str(shutil.which("java")))
    yield _packages()
    try:
        settings = conf()
    except LearnlakeError as error:
        yield Finding("conf", is_fine=False, said=str(error))
        return
    live = sorted({source.platform for source in settings.of(Sources).files.values()})
    said = f"live: {', '.join(live)}" if live else "no platform of your own yet, see README, Your own logs"
    yield Finding("conf", is_fine=True, said=f"{settings.folder} ({settings.env}), {said}")
    yield _disk(Path(settings.of(LakeSettings).root))
    yield _key(settings.of(KeySettings))
    if problem is None:
        yield _delta(settings.of(SparkSettings))


def _packages() -> Finding:
    missing = []
    for name in ("pyspark", "delta-spark", "mlflow", "pandas", "pyarrow"):
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    said = (
        f"missing: {', '.join(missing)}; run `make install`."
        if missing
        else f"pyspark {version('pyspark')}, delta-spark {version('delta-spark')}"
    )
    return Finding("packages", not missing, said)


def _disk(root: Path) -> Finding:
    there = next(parent for parent in (root.resolve(), *root.resolve().parents) if parent.exists())
    free = shutil.disk_usage(there).free / 1e9
    is_enough = free >= FREE_GB and os.access(there, os.W_OK)
    return Finding(
        "disk",
        is_enough,
        f"{free:.1f} GB free at {there}"
        + (
            ""
            if is_enough
            else f"; the lake needs {FREE_GB} GB it may write to: free some, or name another place with --lake."
        ),
    )


def _key(settings: KeySettings) -> Finding:
    if VARIABLE in os.environ:
        return Finding("key", is_fine=True, said=f"from {VARIABLE}")
    if settings.file and Path(settings.file).expanduser().is_file():
        return Finding("key", is_fine=True, said=f"from {settings.file}")
    said = (
        f"will be made at {settings.file} on first use"
        if settings.may_be_made
        else f"missing: set {VARIABLE} from your secret store."
    )
    return Finding("key", settings.may_be_made, said)


def _delta(settings: SparkSettings) -> Finding:
    try:
        spark = start(settings)
    except LearnlakeError as error:
        return Finding("Spark with Delta", is_fine=False, said=str(error))
    return Finding("Spark with Delta", is_fine=True, said=f"Spark {spark.version}")
