"""A wheel, an interpreter that has all but the wheel, and a cluster; none of it unless asked for."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.standalone import Cluster, standalone
from tests.conftest import ROOT


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs a cluster, unless it is asked for by ``-m cluster`` or ``CLUSTER=must``."""
    if config.option.markexpr == "cluster" or os.environ.get("CLUSTER") == "must":
        return
    for item in (item for item in items if item.get_closest_marker("cluster")):
        item.add_marker(pytest.mark.skip(reason="starts a cluster: `make test-cluster`"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is handed over."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md"):
        shutil.copy(ROOT / name, folder)
    words = [sys.executable, "-m", "build", "--wheel", "--outdir", folder, folder]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = folder.glob("learnlake-*.whl")
    return made


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has what learnlake needs but not learnlake: a ``.pth`` reads no other ``.pth``, hence no editable install."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False)
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "borrowed.pth").write_text("\n".join(site.getsitepackages()))
    return folder / "bin" / "python"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, python: Path) -> Iterator[Cluster]:
    """A master and two workers with one core each."""
    with standalone(tmp_path_factory.mktemp("cluster"), python) as running:
        yield running
