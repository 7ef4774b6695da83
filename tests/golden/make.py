"""Golden texts: what ``--help`` says, at a fixed width and without colour. Anew: ``python tests/golden/make.py``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from learnlake.cli import app

ROOT = Path(__file__).parent.parent.parent
HELP = Path(__file__).parent / "help"
JOBS = tuple(sorted(path.stem for path in (ROOT / "jobs").glob("*.py")))
COMMANDS = tuple(sorted((command.name or command.callback.__name__) for command in app.registered_commands))
GROUPS = {
    group.name: tuple(
        sorted((command.name or command.callback.__name__) for command in group.typer_instance.registered_commands)
    )
    for group in app.registered_groups
}
WORDS = (
    *((name,) for name in COMMANDS),
    *((name,) for name in GROUPS),
    *((name, one) for name, held in GROUPS.items() for one in held),
)
"""Every command as it is typed; of a group also each of its own."""
PLAIN = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}


def said_by_job(name: str) -> str:
    """Run a job with ``--help`` in a process of its own, as spark-submit would, and return what it says."""
    command = [sys.executable, str(ROOT / "jobs" / f"{name}.py"), "--help"]
    own = {**os.environ, **PLAIN, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)  # noqa: S603  # our own jobs
    return done.stdout + done.stderr


def said_by_command(*words: str) -> str:
    """Return what ``learnlake WORDS --help`` says."""
    return CliRunner().invoke(app, [*words, "--help"], prog_name="learnlake", env=PLAIN).output


if __name__ == "__main__":
    HELP.mkdir(exist_ok=True)
    told = {name: said_by_job(name) for name in JOBS}
    told |= {"_".join(("learnlake", *words)): said_by_command(*words) for words in WORDS}
    for file, text in {**told, "learnlake": said_by_command()}.items():
        (HELP / f"{file}.txt").write_text(text, encoding="utf-8")
