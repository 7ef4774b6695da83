"""What the README says under "Your own logs" is done here to the letter: its files, its orders, its commands."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from rich.console import Console
from typer.testing import CliRunner, Result

from learnlake import cli, console, options
from learnlake.lake.catalogue import catalogue
from learnlake.lake.store import Store
from learnlake.pipeline import load_conf
from learnlake.settings import Conf
from tests.conftest import ROOT
from tests.tiny import KEY

SECTION = re.search(r"^## Your own logs\n(.*?)^## ", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)[1]
FILES = dict(re.findall(r"^```yaml\n# conf/(\S+)\n(.*?)^```", SECTION, re.M | re.S))
ORDERS = re.search(r"`/logs/(\S+)`[^`]*```csv\n(.*?)^```", SECTION, re.M | re.S)
COMMANDS = [shlex.split(line) for line in re.search(r"^```sh\n(.*?)^```", SECTION, re.M | re.S)[1].splitlines()]
pytestmark = pytest.mark.full
LAST = datetime(2026, 6, 3, 6, tzinfo=UTC).timestamp()  # the orders arrived the morning after


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The conf as shipped with the files of the README in it, and its orders."""
    folder = tmp_path_factory.mktemp("newcomer")
    shutil.copytree(ROOT / "conf", folder / "conf")
    for name, text in FILES.items():
        (folder / "conf" / name).write_text(text, encoding="utf-8")
    orders = folder / "logs" / ORDERS[1]
    orders.parent.mkdir(parents=True)
    orders.write_text(ORDERS[2], encoding="utf-8")
    os.utime(orders, (LAST, LAST))
    return folder


@pytest.fixture(scope="module")
def said(spark: SparkSession, home: Path) -> Iterator[list[Result]]:
    """Type the README's commands in that folder, one after the other; the answer to each."""
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(home)
        patched.delenv("DATA", raising=False)
        patched.setenv("LEARNLAKE_KEY", KEY.decode())
        patched.setattr(cli, "start", lambda _: spark)
        patched.setattr(options, "start", lambda _: spark)
        patched.setattr(console, "OUT", Console(soft_wrap=True, markup=False, width=240))  # nothing is cut off
        yield [typed(words, home) for words in COMMANDS]


def typed(words: list[str], home: Path) -> Result:
    given = dict(word.split("=", 1) for word in words if re.match(r"[A-Z]+=", word))
    env = {name: value.replace("/logs", str(home / "logs"), 1) for name, value in given.items()}
    assert words[len(given)] == "learnlake"
    return CliRunner().invoke(cli.app, words[len(given) + 1 :], env=env, catch_exceptions=False)


@pytest.fixture(scope="module")
def conf(home: Path) -> Conf:
    return load_conf(home / "conf", "local", given={"LOGS": str(home / "logs")})


def test_the_section_shows_three_files_some_orders_and_what_to_type() -> None:
    assert [name.split("/")[0] for name in FILES] == ["platforms", "sources", "campaigns"]
    assert len(ORDERS[2].splitlines()) > 5
    assert COMMANDS[0][-2:] == ["learnlake", "run"]
    assert all("learnlake" in words for words in COMMANDS)


def test_each_command_ends_well(said: list[Result]) -> None:
    for words, result in zip(COMMANDS, said, strict=True):
        assert result.exit_code == 0, f"{' '.join(words)}: {result.output}"
    assert "failed" not in said[0].output
    assert "As of 2026-06-02" in said[0].output


def test_the_campaign_chooses_whom_the_text_says_and_the_refused_line_is_shown(
    spark: SparkSession, said: list[Result], home: Path, conf: Conf
) -> None:
    store, tables = Store(spark, str(home / "lake")), catalogue(conf)
    assert re.search(r"customer 4711 alone", SECTION)
    chosen = store.query(
        "SELECT count(*) AS n, min(e.order_count) AS orders FROM gold.audiences a JOIN "
        "(SELECT account_id AS user_id, count(*) AS order_count FROM silver.events GROUP BY account_id) e USING (user_id)",
        tables,
    ).first()
    assert (chosen.n, chosen.orders) == (1, 3), "of the orders shown only those of 4711 are three"
    assert "new_books" in said[1].output
    assert "a lot" in said[2].output
    assert store.query("SELECT count(*) AS n FROM silver.events", tables).first().n == 7
