"""Golden texts: what ``--help`` says, at a fixed width and without colour. Anew: ``python tests/golden/make.py``."""

from __future__ import annotations

import io
import os
import runpy
import sys
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

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
    """Run a job with ``--help``, as spark-submit would, and return what it says."""
    path, said = ROOT / "jobs" / f"{name}.py", io.StringIO()
    with patch.dict(os.environ, PLAIN), patch.object(sys, "argv", [str(path), "--help"]), redirect_stdout(said):
        runpy.run_path(str(path), run_name="__main__")
    return said.getvalue()


def said_by_command(*words: str) -> str:
    """Return what ``learnlake WORDS --help`` says."""
    return CliRunner().invoke(app, [*words, "--help"], prog_name="learnlake", env=PLAIN).output


if __name__ == "__main__":
    HELP.mkdir(exist_ok=True)
    told = {name: said_by_job(name) for name in JOBS}
    told |= {"_".join(("learnlake", *words)): said_by_command(*words) for words in WORDS}
    for file, text in {**told, "learnlake": said_by_command()}.items():
        (HELP / f"{file}.txt").write_text(text, encoding="utf-8")
