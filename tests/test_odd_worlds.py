"""Worlds that nobody planned for, through every stage and training: ten years of one user, one type of event, a silent day."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import DataFrame, SparkSession

from learnlake.lake.table import Table
from learnlake.lake.tables.silver import ACCOUNTS, CONSENTS, EVENTS, ITEMS
from learnlake.runner.ledger import FAILED
from tests import tiny
from tests.conftest import ROOT
from tests.drawing import framed
from tests.runner.frames import Pass

LAST = date(2026, 5, 10)
WEEKS = 522
SHIPPED = (
    "baskets/reading.yml",
    "baskets/topics.yml",
    "funnels/buys_again.yml",
    "goals/buys.yml",
    "placements/reading.yml",
    "scores/engagement.yml",
    "scores/will_buy.yml",
    "segments/behaviour.yml",
    "segments/level.yml",
    "segments/value.yml",
    "tags/interest.yml",
    "tags/purchase.yml",
    "topics/technology.yml",
)
"""Of the shipped conf, what asks for a model of each family and a row of each table; the rest asks for more of the same."""
SOURCE = """
source: {platform}_{target}
platform: {platform}
read: {{format: csv, path: "${{LOGS}}/{platform}", schema: "who STRING, at STRING, what STRING"}}
personal: [who]
received_at: "timestamp'2026-05-11'"
{target}:
  - {columns}
"""
MAPPINGS = {
    "events": "{event_key: copies, account_key: who, event_type: what, occurred_at: at, item_id: what, text: what, amount: '1', currency: what}",
    "accounts": "{account_key: who, known_from: at, profession: what, declared_level: what}",
    "items": "{item_id: what, item_kind: what, known_from: at, title: what, tags: 'array(what)'}",
    "consents": "{account_key: who, purpose: what, channel: what, is_granted: 'true', basis: what, known_from: at}",
}


def filled(table: Table, rows: Iterable[dict[str, Any]]) -> DataFrame:
    """Make a frame of a silver table; what a row does not say is null."""
    names = [column.name for column in table.columns]
    return framed([tuple(row.get(name) for name in names) for row in rows], table.schema)


def event(platform: str, who: str, kind: str, day: date, item: str | None = None, **more: Any) -> dict[str, Any]:
    at = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    own = {"event_id": f"{platform} {who} {kind} {day} {item}", "platform": platform, "account_id": who}
    when = {"occurred_at": at, "event_date": day, "visible_from": day, "local_hour": 10}
    told = {"event_type": kind, "item_id": item, "quantity": 1, "received_at": at + timedelta(hours=20)}
    return {**own, **when, **told, **more}


def weekly() -> Iterator[dict[str, Any]]:
    """One customer of a shop looks at a book each week for ten years, and buys it."""
    for week in range(WEEKS):
        day, book = LAST - timedelta(days=3 + 7 * week), f"book-{week % 9}"
        yield event("shop", "ann", "view", day, book)
        yield event("shop", "ann", "purchase", day, book, amount=Decimal(20), currency="EUR")


def remarks(members: int = 30) -> Iterator[dict[str, Any]]:
    """Members of a community comment on five questions and do nothing else; nobody does so on the last day."""
    for member in range(members):
        for turn in range(4 + member % 5):
            day = LAST - timedelta(days=1 + (7 * turn + member) % 90)
            yield event(
                "circle", f"member-{member}", "comment", day, f"question-{(member + turn) % 5}", text="java or not"
            )


def things(events: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """List each thing that events name, as known before the first of them."""
    for item, platform in sorted({(e["item_id"], e["platform"]) for e in events}):
        kind, known = item.split("-")[0], datetime(2016, 1, 1, tzinfo=UTC)
        yield {
            "item_id": item,
            "known_from": known,
            "visible_from": known.date(),
            "platform": platform,
            "item_kind": kind,
            "title": item,
            "tags": ["java"],
        }


def people(events: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for who, platform in sorted({(e["account_id"], e["platform"]) for e in events}):
        known = datetime(2016, 1, 1, tzinfo=UTC)
        yield {"account_id": who, "known_from": known, "visible_from": known.date(), "platform": platform}


def allowed(events: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in people(events):
        yield {**row, "purpose": "marketing", "channel": "email", "is_granted": True, "basis": "consent"}


ROOMS = {
    "model.segments",
    "model.tiers",
    "model.portrait",
    "model.texts",
    "model.customer",
    "model.propensity",
    "model.recommender",
    "silver.account",
    "gold.user",
    "gold.segment",
    "gold.portraits",
    "gold.activity",
    "gold.forecast",
    "gold.purchase",
    "gold.item",
    "gold.moments",
    "gold.study",
    "gold.stuck",
    "gold.topic",
    "gold.survival",
    "gold.demand",
    "gold.propensities",
    "gold.goal",
    "gold.learning",
    "gold.recommendations",
    "gold.audiences",
}
WORLDS = {
    "ten years of one user beside a platform with one event type": (weekly, remarks),
    "one user alone": (weekly,),
    "one event type alone, of as many as models are fitted to": (partial(remarks, 140),),
    "nothing at all": (),
}


def write_conf(folder: Path) -> Path:
    """Write down the conf as shipped, for two platforms of which sources could tell everything."""
    conf = folder / "conf"
    for name in SHIPPED:
        (conf / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "conf" / name, conf / name)
    base = yaml.safe_load((ROOT / "conf" / "base.yml").read_text())
    base["series"]["forecast"] = yaml.safe_load(tiny.CONF["base.yml"])["series"]["forecast"] | {"schemes": ["value"]}
    (conf / "base.yml").write_text(yaml.safe_dump(base))
    (conf / "local.yml").write_text("key: {may_be_made: false}\n")
    for name in ("platforms", "sources", "campaigns"):
        (conf / name).mkdir()
    for platform, kind in (("shop", "shop"), ("circle", "community")):
        zone = "America/New_York" if platform == "shop" else "Asia/Shanghai"
        (conf / "platforms" / f"{platform}.yml").write_text(f"{{kind: {kind}, timezone: {zone}, currency: EUR}}\n")
        for target, columns in MAPPINGS.items():
            text = SOURCE.format(platform=platform, target=target, columns=columns)
            (conf / "sources" / f"{platform}_{target}.yml").write_text(text)
    (conf / "campaigns" / "spring.yml").write_text(tiny.CONF["campaigns/spring.yml"].replace("school", "circle"))
    return conf


@pytest.mark.parametrize(
    "odd", [name if "beside" in name else pytest.param(name, marks=pytest.mark.full) for name in WORLDS]
)
def test_an_odd_world_passes_through_every_step(spark: SparkSession, tmp_path: Path, odd: str) -> None:
    events = [row for made in WORLDS[odd] for row in made()]
    planted = {
        EVENTS: filled(EVENTS, events),
        ITEMS: filled(ITEMS, things(events)),
        ACCOUNTS: filled(ACCOUNTS, people(events)),
        CONSENTS: filled(CONSENTS, allowed(events)),
    }
    told = Pass(spark, write_conf(tmp_path), planted).run(LAST)
    assert {name.split("_")[0] for name in told} >= ROOMS, "every room has stages here, and every family a training"
    failed = {name: entry.message for name, entry in told.items() if entry and entry.status == FAILED}
    assert failed == {}
