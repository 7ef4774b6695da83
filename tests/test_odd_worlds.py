"""Platforms as odd as they come go through every stage and every training, and nothing fails or is no number.

In one lake: ten years of one user who comes once a week, a shop where nothing but the same purchase ever happens, a forum where
everybody does the same, and a consultancy with one client who came once. Conf is the shipped one, with sources of their own.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DoubleType, MapType

from learnlake.lake.stage import Stage, Training
from learnlake.runner.run import Runner
from tests import tiny
from tests.conftest import ROOT

LAST = date(2026, 5, 10)
QUIET = date(2021, 5, 12)  # a Wednesday of the years in which ann, who comes on Sundays, is the only user
WEEKS = 521
DEEDS = ("view", "study", "purchase", "enroll", "submit", "ask", "complete", "subscribe", "renew", "rate", "cancel")
SHOPPERS, MEMBERS = 60, 12
WORD = re.compile(r"\b(nan|inf|None|Traceback|Error)\b")
OVERLAY = """
lake: {platforms: []}
key: {may_be_made: false}
series:
  history_days: 120
  forecast: {schemes: [level], metrics: [active_users, revenue], methods: [seasonal_naive, drift, theta, ets, ensemble, croston]}
"""
EVENTS = """
source: {platform}_events
platform: {platform}
read:
  format: json
  path: "${{LOGS}}/{platform}"
  schema: "login STRING, kind STRING, at STRING, item STRING, amount STRING, currency STRING, stars DOUBLE, words STRING, seconds INT"
personal: [login]
free_text: [words]
received_at: "timestamp'2026-05-12'"
events:
  - event_key: [login, kind, at, item]
    account_key: login
    event_type: kind
    occurred_at: at
    item_id: item
    amount: try_cast(amount AS DECIMAL(18,2))
    currency: currency
    rating: stars
    score: stars
    duration_seconds: seconds
    text: words
accounts:
  - {{account_key: login, known_from: at, profession: "'tester'", country: "'DE'"}}
consents:
  - {{account_key: login, purpose: "'marketing'", channel: "'email'", is_granted: "true", basis: "'consent'", known_from: at}}
"""
ITEMS = """
source: {platform}_items
platform: {platform}
read: {{format: json, path: "${{LOGS}}/{platform}_items", schema: "item STRING, kind STRING, tags STRING, series STRING, since STRING"}}
received_at: "timestamp'2026-05-12'"
items:
  - {{item_id: item, known_from: since, item_kind: kind, title: item, tags: "split(tags, ';')", part_of: series, published_at: since,
     price: "CAST(10 AS DECIMAL(18,2))", currency: "'EUR'", level: "'junior'"}}
"""
Line = dict[str, object]


def deed(login: str, kind: str, day: date, item: str, **more: object) -> Line:
    at = datetime.combine(day, datetime.min.time()) + timedelta(hours=9)
    return {"login": login, "kind": kind, "at": at.isoformat(), "item": item, **more}


def paid(amount: str) -> Line:
    return {"amount": amount, "currency": "EUR"}


def weekly() -> Iterator[Line]:
    """Ann comes each Sunday of ten years, and does the next of all deeds; once she pays as much as a column holds."""
    for week in range(WEEKS):
        day, kind = LAST - timedelta(weeks=week), DEEDS[week % len(DEEDS)]
        more = paid("9999999999999.99" if week == 2 else "1.00") if kind in ("purchase", "subscribe", "renew") else {}
        yield deed("ann", kind, day, f"a/{week % 7}", stars=1.0, seconds=60, words="how does Python work", **more)


def shop() -> Iterator[Line]:
    """Every shopper buys the same book for the same price every fifth day of four months."""
    for number in range(SHOPPERS):
        for day in range(0, 120, 5):
            yield deed(f"shopper-{number}", "purchase", LAST - timedelta(days=day), "s/0", **paid("5.00"))


def forum() -> Iterator[Line]:
    """Every member looks at the same thread every tenth day of two months."""
    for number in range(MEMBERS):
        for day in range(0, 60, 10):
            yield deed(f"member-{number}", "view", LAST - timedelta(days=day), "t/0")


WORLDS = {
    "open_university": weekly,
    "academy": shop,
    "forum": forum,
    "advisory": lambda: iter([deed("client", "consult_request", LAST - timedelta(days=40), "")]),
}
SHELVES = {
    "open_university": ("a", ("course", "book", "article")),
    "academy": ("s", ("book",)),
    "forum": ("t", ("thread",)),
}


def offered(platform: str) -> Iterator[Line]:
    sort, kinds = SHELVES[platform]
    for number in range(7 if len(kinds) > 1 else 1):
        kind = kinds[number % len(kinds)]
        yield {"item": f"{sort}/{number}", "kind": kind, "tags": "python", "since": "2016-01-01T00:00:00"}


def written(folder: Path, name: str, lines: Iterator[Line]) -> None:
    (folder / "logs" / name).mkdir(parents=True)
    (folder / "logs" / name / "a.json").write_text("\n".join(json.dumps(line) for line in lines) + "\n")


@pytest.fixture(scope="module")
def odd(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """The odd lake after a run for its last day and for a day on which nothing happened; tests only look at it."""
    folder = tmp_path_factory.mktemp("odd")
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("sources", "*.key", "local.yml"))
    (folder / "conf" / "local.yml").write_text(OVERLAY)
    (folder / "conf" / "sources").mkdir()
    for platform, lines in WORLDS.items():
        (folder / "conf" / "sources" / f"{platform}_events.yml").write_text(EVENTS.format(platform=platform))
        written(folder, platform, lines())
    for platform in SHELVES:
        (folder / "conf" / "sources" / f"{platform}_items.yml").write_text(ITEMS.format(platform=platform))
        written(folder, f"{platform}_items", offered(platform))
    made = tiny.runner(spark, folder)
    made.run((QUIET, LAST))
    return made


def test_every_stage_and_training_goes_through(odd: Runner) -> None:
    runs = odd.inputs.store.read(odd.tables["ops.runs"])
    failed = runs.where("status = 'failed'").select("step", "as_of_date", "message").collect()
    assert [tuple(row) for row in failed] == []
    assert not odd.failed
    done = {(row.step, row.as_of_date) for row in runs.select("step", "as_of_date").collect()}
    for day in (QUIET, LAST):
        missing = {node.name for node in odd.graph.nodes if isinstance(node, Stage) and node.writes.day} - {
            step for step, as_of in done if as_of == day
        }
        assert not missing
    trained = {step for step, _ in done}
    assert {node.name for node in odd.graph.nodes if isinstance(node, Training)} <= trained


def test_there_is_something_to_look_at(odd: Runner) -> None:
    users = odd.inputs.store.read(odd.tables["gold.user_features"]).groupBy("as_of_date").count().collect()
    assert {row.as_of_date: row["count"] for row in users} | {} >= {QUIET: 1, LAST: SHOPPERS + MEMBERS + 2} | {}


def test_no_double_in_gold_is_not_a_number(odd: Runner) -> None:
    broken = {}
    for name, table in odd.tables.items():
        if name.startswith("gold."):
            found = not_numbers(odd.inputs.store.read(table))
            broken |= {name: found} if found else {}
    assert broken == {}


def not_numbers(frame: DataFrame) -> list[str]:
    """Name the columns of doubles that hold a NaN or an infinite number."""
    held = {}
    for field in frame.schema:
        one = F.col(field.name)
        if isinstance(field.dataType, DoubleType):
            held[field.name] = _is_odd(one)
        if isinstance(field.dataType, ArrayType) and isinstance(field.dataType.elementType, DoubleType):
            held[field.name] = F.exists(one, _is_odd)
        if isinstance(field.dataType, MapType) and isinstance(field.dataType.valueType, DoubleType):
            held[field.name] = F.exists(F.map_values(one), _is_odd)
    if not held:
        return []
    row = frame.agg(*(F.coalesce(F.bool_or(is_odd), F.lit(False)).alias(name) for name, is_odd in held.items())).first()
    return [name for name in held if row[name]]


def _is_odd(value):
    return F.isnan(value) | (F.abs(value) == float("inf"))


def test_every_decision_and_message_is_a_sentence(odd: Runner) -> None:
    decided = odd.inputs.store.read(odd.tables["ops.models"]).collect()
    said = {(row.model, row.train_date, row.reason) for row in decided}
    said |= {(row.step, row.as_of_date, row.message) for row in odd.inputs.store.read(odd.tables["ops.runs"]).collect()}
    odd_ones = [one for one in said if one[2] and (WORD.search(one[2]) or "\n" in one[2] or " " not in one[2])]
    assert odd_ones == []
    assert all(row.reason for row in decided)
    numbers = {row.model: [k for k, v in (row.metrics or {}).items() if v != v] for row in decided}
    assert {model: names for model, names in numbers.items() if names} == {}
