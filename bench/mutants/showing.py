"""Run tests over a copy of the tree with one mutant in it. The tree itself is only read; the copy is gone afterwards."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.mutants.drawing import Mutant
from bench.mutants.edits import Source

ASIDE = ".mutants"
TO_START = 300  # seconds for Python, collection and Spark, beyond those of the tests
FAILED, NO_TESTS = 1, 5
OVER = ("time is up", "hangs")


@dataclass(frozen=True)
class Outcome:
    """How the tests ended: ``passed``, ``failed``, ``time is up``, ``hangs`` or ``no tests``, at which test, after how long."""

    what: str
    test: str
    seconds: float
    told: tuple[dict[str, Any], ...] = ()
    output: str = ""


@dataclass(frozen=True)
class Copy:
    """A copy of the tree in a folder of its own, with room for what tests write."""

    home: Path
    root: Path

    def text(self, path: str) -> str:
        """Return the text of a module."""
        return (self.root / path).read_text(encoding="utf-8")

    def put(self, path: str, text: str) -> None:
        """Write a module; what was compiled of it goes, since two texts may have one size and one second."""
        place = self.root / path
        place.write_text(text, encoding="utf-8")
        for compiled in (place.parent / "__pycache__").glob(f"{place.stem}.*.pyc"):
            compiled.unlink()

    @contextmanager
    def mutated(self, mutant: Mutant) -> Iterator[None]:
        """Hold one mutant, and the true text again afterwards."""
        true = self.text(mutant.path)
        self.put(mutant.path, Source.of(true).edited(mutant.edit))
        try:
            yield
        finally:
            self.put(mutant.path, true)


@contextmanager
def copied(root: Path) -> Iterator[Copy]:
    """Copy what git knows or would add; shared data beside the tree is linked, and only ever read."""
    listed = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0")  # noqa: S603  # our own words
    with tempfile.TemporaryDirectory(prefix="learnlake-mutants-", ignore_cleanup_errors=True) as folder:
        made = Copy(Path(folder), Path(folder) / "learnlake")
        for name in filter(None, names):
            if (root / name).is_file():
                (made.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / name, made.root / name)
        if (root.parent / "shared").is_dir():
            (made.home / "shared").symlink_to(root.parent / "shared")
        yield made


def run(copy: Copy, words: Sequence[str], seconds: float) -> Outcome:
    """Run pytest in the copy, at most so many seconds of tests; whatever it started is ended with it."""
    told, scratch = copy.home / "told.jsonl", copy.home / "scratch"
    for left in told.parent.glob(f"{told.name}*"):
        left.unlink()
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    given = copy.home / "words.txt"
    given.write_text("\n".join(words), encoding="utf-8")
    asked = ["-q", "-p", "bench.mutants.watch", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    paths = [f"--told={told}", f"--basetemp={scratch / 'pytest'}", f"--tests-seconds={seconds}", f"@{given}"]
    own = {"PYTHONPATH": f"{copy.root / 'src'}{os.pathsep}{copy.root}", "TMPDIR": str(scratch)}
    command = [sys.executable, "-m", "pytest", *asked, *paths]
    with (copy.home / "output.txt").open("w+", encoding="utf-8") as output:
        started = subprocess.Popen(  # noqa: S603  # our own words
            command,
            cwd=copy.root,
            env={**os.environ, **own, "SPARK_LOCAL_DIRS": str(scratch)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        code = _waited(started, seconds + TO_START if seconds else None)
        output.seek(0)
        files = sorted(told.parent.glob(f"{told.name}*"))  # one of each worker
        lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
        return outcome(code, [json.loads(line) for line in lines if line.endswith("}")], output.read())


def _waited(started: subprocess.Popen[bytes], seconds: float | None) -> int | None:
    """Return the exit code, nothing if it had to be ended; none of its children stays."""
    try:
        return started.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def outcome(code: int | None, told: list[dict[str, Any]], output: str) -> Outcome:
    """Read how a run ended; one that ends otherwise than by its tests has failed before or between them."""
    seconds = round(sum(line.get("seconds", 0.0) for line in told), 1)
    begun = [line["started"] for line in told if "started" in line]
    failed = [line["failed"] for line in told if "failed" in line]
    held = (seconds, tuple(told), output)
    if failed and code == FAILED:
        return Outcome("failed", failed[0], *held)
    if code is None:
        return Outcome("hangs", begun[-1] if begun else "", *held)
    if code == -signal.SIGALRM:
        return Outcome("time is up", begun[-1] if begun else "", *held)
    return Outcome({0: "passed", NO_TESTS: "no tests"}.get(code, "failed"), "", *held)
