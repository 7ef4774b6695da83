from __future__ import annotations

from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

from learnlake.runner.run import Runner
from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
pytestmark = [
    pytest.mark.full,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the kernel's own libraries
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # the kernel's sockets are closed by its process
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # as above
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),  # of the kernel's event loop
]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_finished_tables_and_shows_segments(
    done: Runner, home: Path, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "CONF": home / "conf",
        "ENV": "local",
        "LAKE": home / "lake",
        "LOGS": home / "logs",
        "MPLBACKEND": "agg",
    }.items():
        monkeypatch.setenv(name, str(value))
    notebook = jupytext.read(path)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = str([cell.get("outputs", "") for cell in notebook.cells])
    assert "much" in shown, "a segment is named by what it does much"
    assert "spring" in shown
    assert "studies" in shown, "the funnel of the tiny platform"


def test_notebooks_hold_no_logic() -> None:
    for path in NOTEBOOKS:
        words = path.read_text(encoding="utf-8")
        assert not any(f"\n{word} " in words for word in ("def", "class", "for", "if")), path.name
