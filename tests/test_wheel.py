from __future__ import annotations

import shutil
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.full


def said(*words: str | Path, at: Path) -> str:
    """Run a command in a folder, and return what it wrote."""
    done = subprocess.run(words, cwd=at, capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_built_wheel_installs_into_a_clean_venv_and_runs_away_from_the_checkout(tmp_path: Path) -> None:
    """The dependencies are borrowed from this environment instead of being downloaded again; ``pip check`` says that they fit."""
    project = tmp_path / "project"
    shutil.copytree(ROOT / "src", project / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md"):
        shutil.copy(ROOT / name, project)
    said(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, project, at=tmp_path)
    (wheel,) = tmp_path.glob("learnlake-*.whl")
    venv.create(tmp_path / "clean", with_pip=True)
    python = tmp_path / "clean" / "bin" / "python"
    said(python, "-m", "pip", "install", "--no-deps", "--no-index", wheel, at=tmp_path)
    (own,) = (tmp_path / "clean").glob("lib/python*/site-packages")
    (own / "borrowed.pth").write_text("\n".join(site.getsitepackages()))
    said(python, "-m", "pip", "check", at=tmp_path)
    where = said(python, "-c", "import learnlake; print(learnlake.__file__)", at=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path / "clean")
    learnlake = tmp_path / "clean" / "bin" / "learnlake"
    assert "From raw logs" in said(learnlake, "--help", at=tmp_path)
    conf = (ROOT / "conf").as_posix()
    assert "gold.audiences" in said(
        learnlake, "tables", "--conf", conf, "--env", "demo", "--lake", "lake", "--format", "csv", at=tmp_path
    )
