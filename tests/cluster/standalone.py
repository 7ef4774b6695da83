"""A Spark standalone cluster on this machine's loopback, and jobs submitted to it as a person would."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyspark

SPARK = Path(pyspark.__file__).parent
DEPLOY = "org.apache.spark.deploy"
LOCALHOST = "127.0.0.1"
PATIENCE = 180
"""Seconds in which a daemon must be up."""
WATCHED = 'exec 3<&0; "$@" & child=$!; (cat <&3 >/dev/null; kill $child) & wait $child'
"""Runs a command until it ends or our end of its stdin closes, which it also does when this process is killed."""


@dataclass(frozen=True)
class Submitted:
    """What came of a job.

    Attributes:
        status: the exit status.
        told: what the job itself said: spark-submit puts both streams of Python on its stdout.
        logged: what Spark said.
        seconds: how long it took.
    """

    status: int
    told: str
    logged: str
    seconds: float


@dataclass(frozen=True)
class Cluster:
    """A master and its workers.

    Attributes:
        master: the address to submit to.
        folder: where logs and the folders of executors are.
        python: the interpreter of driver and executors.
    """

    master: str
    folder: Path
    python: Path

    def submit(self, *words: str | Path, env: Mapping[str, str], within: int) -> Submitted:
        """Run ``spark-submit --master ... WORDS`` for at most so many seconds."""
        command = [SPARK / "bin" / "spark-submit", "--master", self.master, *words]
        return finished(command, self.folder, {**environment(self.python), **env}, within)


def finished(command: Sequence[str | Path], at: Path, env: Mapping[str, str], within: int) -> Submitted:
    """Run a command in a folder to its end, or for at most so many seconds; nothing that it started outlives it."""
    began = time.monotonic()
    with subprocess.Popen(  # noqa: S603  # our own words
        command,
        cwd=at,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            told, logged = running.communicate(timeout=within)
        except BaseException:
            os.killpg(running.pid, signal.SIGKILL)
            raise
    return Submitted(running.returncode, told, logged, time.monotonic() - began)


def environment(python: Path) -> dict[str, str]:
    """Return our environment without what it says of Python and Spark, bound to loopback and to an interpreter."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYSPARK", "SPARK"))}
    return {**own, "SPARK_HOME": str(SPARK), "SPARK_LOCAL_IP": LOCALHOST, "PYSPARK_PYTHON": str(python)}


@contextmanager
def standalone(folder: Path, python: Path, workers: int = 2, memory: str = "2g") -> Iterator[Cluster]:
    """Start a master and workers of one core each; stop them all afterwards, whatever happened.

    Args:
        folder: for logs and the folders of executors.
        python: the interpreter of driver and executors.
        workers: how many.
        memory: of each worker.
    """
    folder.mkdir(parents=True, exist_ok=True)
    started: list[subprocess.Popen[bytes]] = []
    try:
        log = _daemon(started, folder, python, "master", "master.Master", "--port", "0")
        master = _said(log, started, r"Starting Spark master at (spark://\S+)")
        size = ("--cores", "1", "--memory", memory, "--work-dir", str(folder / "work"))
        logs = [_daemon(started, folder, python, f"worker-{n}", "worker.Worker", *size, master) for n in range(workers)]
        for log in logs:
            _said(log, started, r"Successfully registered with master (\S+)")
        yield Cluster(master, folder, python)
    finally:
        for daemon in reversed(started):
            _stop(daemon)


def _daemon(started: list[subprocess.Popen[bytes]], folder: Path, python: Path, name: str, *words: str) -> Path:
    """Start a daemon on a free port; return its log."""
    kind, *rest = words
    one_door = "-Dspark.master.rest.enabled=false"
    own = {**environment(python), "SPARK_DAEMON_JAVA_OPTS": one_door, "SPARK_DAEMON_MEMORY": "256m"}
    command = ["sh", "-c", WATCHED, "sh", str(SPARK / "bin" / "spark-class"), f"{DEPLOY}.{kind}"]
    log = folder / f"{name}.log"
    with log.open("wb") as file:
        started.append(
            subprocess.Popen(  # noqa: S603  # our own words
                [*command, "--host", LOCALHOST, "--webui-port", "0", *rest],
                cwd=folder,
                env=own,
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )
    return log


def _said(log: Path, started: list[subprocess.Popen[bytes]], words: str) -> str:
    """Wait until a log says the words; return what they hold.

    Raises:
        RuntimeError: if a daemon ended, or took too long; quotes the log.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and all(daemon.poll() is None for daemon in started):
        found = re.search(words, log.read_text(errors="replace"))
        if found:
            return found[1]
        time.sleep(0.2)
    raise RuntimeError(f"{log.stem} did not come up: {log.read_text(errors='replace')[-2000:]}")


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    if daemon.stdin:
        daemon.stdin.close()
    daemon.wait(timeout=PATIENCE)
