"""Every campaign of conf/campaigns, drawn: users beside the list they get.

A drawing is ``campaigns/<name>.txt``: some prose, then sections, each under a line ``# name``.

- ``# waves``: days, each with the wave it belongs to.
- ``# consents``: what is known of the users' consent, each with one account that bears the user's name.
- ``# users``: a user a line, as the profile has it, and beside it the arm, the basis and the reasons.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sqlglot
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from sqlglot import exp

from learnlake.lake import columns as c
from learnlake.lake.catalogue import catalogue
from learnlake.lake.columns import Named
from learnlake.lake.expressions import DIALECT
from learnlake.lake.tables.gold import AUDIENCES, USER_PROFILE
from learnlake.lake.tables.silver import CONSENTS, IDENTITIES
from learnlake.marketing.settings import Campaigns
from learnlake.marketing.stages.audiences import audiences
from learnlake.settings import Conf
from tests.conftest import ROOT
from tests.drawing import cells, draw, expect, sections

DRAWINGS = {path.stem: path for path in sorted((Path(__file__).parent / "campaigns").glob("*.txt"))}
ANSWER = (*AUDIENCES.columns, c.REASONS)
EVERY = pytest.mark.parametrize("name", DRAWINGS)
P1, P2, P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P4, P5, WHOLE = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5, 2**64


def cut(text: str, names: set[str]) -> str:
    """Keep the named columns of drawn text."""
    header, rows = cells(text)
    kept = [place for place, name in enumerate(header) if name in names]
    return "\n".join(" | ".join(row[place] for place in kept) for row in (header, *rows))


def column(text: str, name: str) -> list[str]:
    header, rows = cells(text)
    return [row[header.index(name)] for row in rows]


def profile(conf: Conf) -> tuple[Named, ...]:
    return catalogue(conf)[USER_PROFILE.full_name].columns


def users(text: str, conf: Conf) -> str:
    return cut(text, {k.name for k in profile(conf)})


def xxhash64(value: str, seed: int) -> int:
    """Hash a text of at most 31 bytes as Spark does; written after the specification of XXH64, not after Spark."""
    data = value.encode()
    assert len(data) < 32, "longer texts are hashed in another way"
    made = (seed + P5 + len(data)) % WHOLE
    for (lane,) in struct.iter_unpack("<Q", data[: len(data) // 8 * 8]):
        made = (_turned(made ^ _turned(lane * P2, 31) * P1 % WHOLE, 27) * P1 + P4) % WHOLE
    rest = data[len(data) // 8 * 8 :]
    if len(rest) >= 4:
        (lane,) = struct.unpack("<I", rest[:4])
        made = (_turned(made ^ lane * P1 % WHOLE, 23) * P2 + P3) % WHOLE
        rest = rest[4:]
    for byte in rest:
        made = _turned(made ^ byte * P5 % WHOLE, 11) * P1 % WHOLE
    made = (made ^ made >> 33) * P2 % WHOLE
    made = (made ^ made >> 29) * P3 % WHOLE
    return made ^ made >> 32


def _turned(value: int, by: int) -> int:
    value %= WHOLE
    return (value << by | value >> 64 - by) % WHOLE


def arm(campaign: str, user: str, share: float) -> str:
    made = xxhash64(user, xxhash64(campaign, 42))
    signed = made - WHOLE if made >= WHOLE // 2 else made
    return "holdout" if signed % 10_000 < round(share * 10_000) else "contact"


def shifted(who: str) -> Iterator[str]:
    """Move each number of a condition by its last digit, up and down."""
    count = sum(literal.is_number for literal in sqlglot.parse_one(who, read=DIALECT).find_all(exp.Literal))
    for place in range(count):
        for way in (-1, 1):
            tree = sqlglot.parse_one(who, read=DIALECT)
            number = [literal for literal in tree.find_all(exp.Literal) if literal.is_number][place]
            value = Decimal(number.this)
            number.replace(exp.Literal.number(str(value + way * Decimal(1).scaleb(int(value.as_tuple().exponent)))))
            yield tree.sql(dialect=DIALECT)


def test_every_campaign_has_its_drawing() -> None:
    assert set(DRAWINGS) == {path.stem for path in (ROOT / "conf" / "campaigns").glob("*.yml")}


@EVERY
def test_users_get_the_list_that_is_drawn_beside_them(spark: SparkSession, shipped: Conf, name: str) -> None:
    drawn, campaign = sections(DRAWINGS[name]), shipped.of(Campaigns).files[name]
    (as_of,) = {date.fromisoformat(day) for day in column(drawn["users"], "as_of_date")}
    found = audiences(
        draw(profile(shipped), users(drawn["users"], shipped)),
        draw(CONSENTS, drawn["consents"]),
        draw(IDENTITIES, "account_id | known_from"),
        as_of=as_of,
        campaigns=Campaigns(files={name: campaign}),
    )
    expect(found, ANSWER, cut(drawn["users"], {k.name for k in ANSWER}))


@EVERY
def test_each_threshold_has_users_on_both_sides(spark: SparkSession, shipped: Conf, name: str) -> None:
    """A condition with any of its numbers moved by one would choose others of the drawn users."""
    campaign = shipped.of(Campaigns).files[name]
    drawn = draw(profile(shipped), users(sections(DRAWINGS[name])["users"], shipped))
    here = drawn.where(F.array_contains("platforms", campaign.platform))
    others = list(shifted(campaign.who))
    is_other = [F.max((~F.expr(who).eqNullSafe(F.expr(campaign.who))).cast("int")) for who in others]
    said = here.agg(*is_other).collect()[0]
    assert [who for who, differs in zip(others, said, strict=True) if not differs] == []
    assert others


@EVERY
def test_a_drawing_shows_every_way_to_be_chosen_or_left_out(shipped: Conf, name: str) -> None:
    drawn, campaign = sections(DRAWINGS[name]), shipped.of(Campaigns).files[name]
    assert set(drawn) == {"waves", "consents", "users"}
    ids, arms, reasons = (column(drawn["users"], key) for key in ("user_id", "arm", "reasons"))
    assert set(reasons) == {"[]", "['not_applicable']", "['user_lacks_consent']"}
    assert {made for made, reason in zip(arms, reasons, strict=True) if reason == "[]"} == {"contact", "holdout"}
    assert arms == [arm(name, user, campaign.holdout_share) for user in ids]


@EVERY
def test_days_belong_to_the_waves_that_are_drawn(shipped: Conf, name: str) -> None:
    waves, campaign = sections(DRAWINGS[name])["waves"], shipped.of(Campaigns).files[name]
    found = {day: campaign.wave(date.fromisoformat(day)) for day in column(waves, "as_of_date")}
    assert found == {
        day: None if wave == "-" else int(wave)
        for day, wave in zip(column(waves, "as_of_date"), column(waves, "wave"), strict=True)
    }
    first, last = (date.fromisoformat(day) for day in (min(found), max(found)))
    assert (first - campaign.starts_on).days == -1
    assert (last - campaign.ends_on).days == 1
