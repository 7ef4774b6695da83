import runpy

import pytest

from tests.conftest import ROOT

MAKE = ROOT / "docs" / "make.py"


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return runpy.run_path(str(MAKE))["pages"]()


def test_the_committed_page_of_tables_is_the_generated_one(made):
    committed = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert committed == made["tables.md"], "docs/tables.md is out of date: run `python docs/make.py`"


def test_the_page_holds_the_sources_of_every_shipped_platform(made):
    shipped = {path.stem for path in (ROOT / "conf" / "sources").glob("*.yml")}
    held = {
        line.removeprefix("### bronze.") for line in made["tables.md"].splitlines() if line.startswith("### bronze.")
    }
    assert held == shipped
