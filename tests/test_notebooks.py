from __future__ import annotations

from datetime import date
from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient
from pyspark.sql import SparkSession

from tests.conftest import ROOT
from tests.tiny import runner, write_conf, write_logs

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the kernel's own libraries
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # the kernel's sockets are closed by its process
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # as above
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),  # of the kernel's event loop
]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_finished_tables_and_shows_segments(
    spark: SparkSession, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_conf(tmp_path)
    write_logs(tmp_path)
    runner(spark, tmp_path).run((date(2026, 5, 10),))
    for name, value in {
        "CONF": tmp_path / "conf",
        "ENV": "local",
        "LAKE": tmp_path / "lake",
        "LOGS": tmp_path / "logs",
        "MPLBACKEND": "agg",
    }.items():
        monkeypatch.setenv(name, str(value))
    notebook = jupytext.read(path)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = str([cell.get("outputs", "") for cell in notebook.cells])
    assert "much" in shown, "a segment is named by what it does much"
    assert "spring" in shown


def test_notebooks_hold_no_logic() -> None:
    for path in NOTEBOOKS:
        words = path.read_text(encoding="utf-8")
        assert not any(f"\n{word} " in words for word in ("def", "class", "for", "if")), path.name
