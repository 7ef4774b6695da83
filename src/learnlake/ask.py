"""The commands that ask the lake about people: segments, segment, explain, lookalikes."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from pyspark.sql import functions as F

from learnlake.answering import asked, day_of, printed
from learnlake.ask_goals import tell_chance
from learnlake.console import ERR, Format
from learnlake.errors import ConfError, LearnlakeError, near_match
from learnlake.ingest.mapping import identifier
from learnlake.lake.catalogue import LakeSettings
from learnlake.lake.joins import owned
from learnlake.lake.key import KeySettings, key_of, keyed_hash
from learnlake.lake.store import Store
from learnlake.lake.tables.demand import PROPENSITIES
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENTS, USER_FEATURES
from learnlake.lake.tables.silver import IDENTITIES
from learnlake.modelling.settings import ModelSettings
from learnlake.options import CONF, AsOf, ConfFolder, Debug, Env, Lake, Style, opened, said_in_a_sentence
from learnlake.segments import answers
from learnlake.segments.settings import Schemes
from learnlake.settings import Conf

SchemeName = Annotated[str | None, typer.Option("--scheme", metavar="NAME", help="One scheme; default all.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (segments, segment, explain, lookalikes):
        app.command()(command)


def segments(
    scheme: SchemeName = None,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """List the segments: names, sizes, shares, definitions."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        _refuse_unknown(scheme, settings)
        day = day_of(store, as_of, SEGMENTS)
        printed(asked(answers.segments, store, as_of=day, scheme=scheme), style)


def segment(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its id, or its name in English or Chinese.")],
    scheme: SchemeName = None,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say everything about one segment: definition, what sets it apart, outcomes, who came and went."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        _refuse_unknown(scheme, settings)
        day = day_of(store, as_of, SEGMENTS)
        if not printed(asked(answers.segment, store, as_of=day, name=name, scheme=scheme), style):
            known = [row[0] for row in store.day(SEGMENTS, day).select("segment_id").distinct().collect()]
            raise ConfError(f"there is no segment `{name}` on {day}; {near_match(name, known)}")


def explain(
    user: Annotated[str | None, typer.Argument(metavar="USER", help="A user_id.")] = None,
    account: Annotated[
        str | None, typer.Option(metavar="PLATFORM:KEY", help="The user's account, by the platform's own key.")
    ] = None,
    goal: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The chance of this goal and its reasons, in place of the segments."),
    ] = None,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say why a user is in these segments, or has this chance of a goal: reasons, and what would alter it."""
    with said_in_a_sentence(debug=debug):
        if (user is None) == (account is None):
            raise ConfError("say one of USER (a user_id) and --account platform:key.")
        settings, store = opened(conf, env, lake)
        day = day_of(store, as_of, PROPENSITIES if goal else SEGMENT_MEMBERS)
        who = user or _user_of(str(account), store, settings, day)
        if goal:
            tell_chance(store, settings, (who, goal), style, as_of)
        elif not printed(asked(answers.explain, store, as_of=day, user=who), style, upright=True):
            raise LearnlakeError(f"user {who} is in no segment on {day}; see `learnlake show gold.segment_members`.")


def lookalikes(
    seeds: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV with a column user_id, or one user_id a line.", exists=True)
    ],
    size: Annotated[int, typer.Option(min=1, help="Users to find.")] = 500,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Find the users most like those of a list; how many each similarity reaches is said on stderr."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        day = day_of(store, as_of, USER_FEATURES)
        ids = _seeds(seeds)
        given = store.spark.createDataFrame([(one,) for one in ids], "user_id STRING")
        ranked = asked(answers.lookalikes, store, as_of=day, seeds=given, seed=settings.of(ModelSettings).seed).cache()
        found = ranked.join(given, on="user_id", how="left_anti").orderBy("distance", "user_id").limit(size)
        ERR.print(f"As of {day}: {len(ids)} seeds. How many users are at least so similar:")
        for row in answers.reach(ranked).collect():  # eleven rows
            ERR.print(f"  {row.at_least:.1f}  {row.reach_count:>9,} users, mean similarity {row.mean_similarity}")
        printed(found, style)
        ranked.unpersist()


def _seeds(path: Path) -> list[str]:
    """Read user ids, each once, in their order."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row and row[0].strip()]
    if not rows:
        raise ConfError(f"{path}: there is no user_id in it; give one a line, or a column user_id.")
    header = [cell.strip() for cell in rows[0]]
    if "user_id" not in header and len(header) > 1:
        raise ConfError(f"{path}: its columns are {', '.join(header)}; one must be user_id.")
    place = header.index("user_id") if "user_id" in header else 0
    body = rows[1:] if "user_id" in header else rows
    return list(dict.fromkeys(row[place].strip() for row in body if len(row) > place))


def _refuse_unknown(scheme: str | None, conf: Conf) -> None:
    known = conf.of(Schemes).files
    if scheme is not None and scheme not in known:
        raise ConfError(f"--scheme: unknown scheme `{scheme}`; {near_match(scheme, known)}")


def _user_of(account: str, store: Store, conf: Conf, day: date) -> str:
    """Find the user behind ``platform:key``; the key is hashed and neither stored nor printed."""
    platform, colon, raw = account.partition(":")
    if not colon or not raw:
        raise ConfError("--account is written platform:key, such as academy:900000017.")
    key = key_of(conf.of(KeySettings), conf.of(LakeSettings).root)
    hashed = keyed_hash(key)(F.lit(raw))
    sought = store.spark.range(1).select(identifier(F.lit(platform), hashed).alias("account_id"))
    row = owned(sought, store.read(IDENTITIES, day)).first()
    if row is None or row.account_id is None:
        raise ConfError("--account: this platform and key name no account.")
    return str(row.user_id)
