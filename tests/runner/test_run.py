from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from datetime import timedelta
from functools import reduce
from pathlib import Path
from types import SimpleNamespace

import pytest
from pyspark.sql import DataFrame, SparkSession

from learnlake.errors import LearnlakeError
from learnlake.lake.sameness import content_hash
from learnlake.lake.store import Store
from learnlake.lake.tables.gold import AUDIENCES, SEGMENT_MEMBERS, SEGMENTS, USER_FEATURES
from learnlake.lake.tables.ops import LEASES, MODELS, QUALITY, REJECTS, RUNS
from learnlake.lake.tables.silver import ACCOUNTS, CONSENTS, EVENTS, USER_DAYS
from learnlake.runner.graph import Graph
from learnlake.runner.lease import ENDED, Lease
from learnlake.runner.run import Runner
from tests.drawing import draw
from tests.runner.frames import Pass
from tests.tiny import CANARY, DAY, KEY, hashes, runner, write_conf, write_logs

DAY_BEFORE = DAY - timedelta(days=1)
TO_FEATURES = frozenset({"gold.user_features"})
# all that looks at earlier days, at models, or at what was decided before
OVER_DAYS = frozenset({"gold.audiences", "gold.segment_moves", "gold.backtest_series"})


def built(made: Runner) -> dict[str, str]:
    """Return the content hash of the day's features, and of each table that they are made of."""
    features = made.inputs.store.day(USER_FEATURES, DAY)
    return {**hashes(made, frozenset({"silver.account_days"})), "features": content_hash(features, USER_FEATURES)}


def test_raw_logs_become_a_campaign_list(done: Runner) -> None:
    store = done.inputs.store
    assert store.read(USER_FEATURES).where("as_of_date = '2026-05-10'").count() == 24
    segments = {row.segment_id: row for row in store.day(SEGMENTS, DAY).where("scheme = 'behaviour'").collect()}
    assert sorted(row.member_count for row in segments.values()) == [12, 12]
    assert (
        store.day(done.tables["gold.user_profile"], DAY)
        .where("segment_behaviour IS NOT NULL AND profession = 'testing'")
        .count()
        == 24
    )
    audience = store.read(AUDIENCES).collect()
    assert {row.arm for row in audience} == {"contact", "holdout"}
    assert len(audience) == 8, "12 users study much; those whose number is a multiple of 6 said no"


@pytest.mark.parametrize(
    ("dates", "closed"),
    [
        (("2026-05-08", "2026-05-09", "2026-05-10"), "2026-05-09"),
        (("2026-05-07",), "2026-05-07"),
        (("2026-05-10",), None),
    ],
    ids=["the day on which rows came may go on", "a day without events is none", "none yet"],
)
def test_a_run_is_for_the_last_day_that_had_ended_when_the_newest_rows_came(
    spark: SparkSession, dates: tuple[str, ...], closed: str | None
) -> None:
    lines = [f"{day} | 2026-05-10T0{place}:00" for place, day in enumerate(dates)]
    events = draw(EVENTS, "\n".join(["event_date | received_at", *lines]))
    store = SimpleNamespace(read=lambda _: events)
    made = Runner(Graph((), {}), SimpleNamespace(store=store), {}, None, lambda: KEY, lambda *_: None)
    if closed:
        assert str(made.last_closed_day()) == closed
    else:
        with pytest.raises(LearnlakeError, match="no day is closed yet"):
            made.last_closed_day()


def test_every_source_and_mapping_adds_up_and_dirt_is_kept_with_its_reasons(done: Runner) -> None:
    store = done.inputs.store
    checks = {(row.source, row.mapping): row for row in store.read(QUALITY).collect()}
    assert set(checks) >= {
        ("actions", "bronze"),
        ("actions", "events"),
        ("members", "accounts"),
        ("members", "consents"),
        ("gold.user_profile", "spring"),
    }
    assert all(row.is_ok for row in checks.values())
    assert checks["actions", "bronze"].detail.endswith("+ 1 + 0 + 0")
    assert checks["actions", "events"].detail.endswith("+ 2 + 1 + 1"), (
        "an unknown type and a future line; a repeated line; a bot"
    )
    reasons = sorted(row.reasons[0] for row in store.read(REJECTS).where("source = 'actions'").collect())
    assert reasons == ["event_type_is_unknown", "line_is_malformed", "occurs_in_future"]
    assert store.read(EVENTS).where("event_type = 'ask'").first().text == "write to [e-mail]"


def test_a_plain_rerun_does_nothing_and_writes_nothing(spark: SparkSession, home: Path, done: Runner) -> None:
    def versions() -> dict[str, int | None]:
        store = Store(spark, str(home / "lake"))
        return {name: store.version(table) for name, table in done.tables.items() if not name.startswith("ops.")}

    before, happened = versions(), []
    again = runner(spark, home, tell=lambda name, what, _: happened.append((name, what)))
    again.run((DAY,))
    assert {what for _, what in happened} == {"started", "skipped"}
    assert versions() == before


def test_the_books_say_versions_rows_and_decisions(done: Runner) -> None:
    store = done.inputs.store
    runs = {row.step: row for row in store.read(RUNS).collect()}
    assert runs["silver.account_days"].versions_read["silver.events"] == store.version(EVENTS)
    assert runs["gold.segment_members"].rows_kept == 3 * 24, "three schemes"
    assert runs["silver.events"].rows_rejected == 2
    decision = store.read(MODELS).where("model = 'segments_behaviour'").first()
    assert decision.is_published
    assert "silhouette" in decision.reason


@pytest.mark.full
def test_two_days_in_either_order_give_the_same_tables(spark: SparkSession, home: Path, silver: Path) -> None:
    lake = Store(spark, str(silver))
    planted = {table: lake.read(table) for table in (EVENTS, ACCOUNTS, CONSENTS)}
    forth, back = Pass(spark, home / "conf", planted), Pass(spark, home / "conf", planted)
    forth.run(DAY_BEFORE, DAY, only=OVER_DAYS)
    back.run(DAY, only=OVER_DAYS)
    back.run(DAY_BEFORE, only=OVER_DAYS)
    assert back.runner({}).stale_days() == (DAY,), "who is a member since when is another answer now"
    back.run(DAY, only=OVER_DAYS)
    assert back.runner({}).stale_days() == ()
    assert forth.hashes() == back.hashes()
    assert forth.store.day(SEGMENT_MEMBERS, DAY).where(f"member_since = '{DAY_BEFORE}'").count() == 3 * 24
    assert forth.store.days(AUDIENCES) == [DAY_BEFORE], "an arm once drawn is kept: the earliest date wins"


class LostLease(Lease):
    """The lease of a process that is gone without a last word."""

    def _note(self, state: str) -> None:
        if state != ENDED:
            row = (self.run_id, socket.gethostname(), 2**22 + 1, state, self.now())
            self.store.append(self.store.spark.createDataFrame([row], LEASES.schema), LEASES)


def killed(made: Runner, victim: str, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run up to a moment of a step, and end there as by ``kill -9``: what the books hold in memory is lost."""

    def kill(name: str, what: str, _: object) -> None:
        if name.startswith(victim) and what == moment:
            raise KeyboardInterrupt

    books = made.inputs.ledger
    monkeypatch.setattr(made, "tell", kill)
    monkeypatch.setattr(made, "lease", LostLease(made.inputs.store, made.tables, books.run_id, books.now).held)
    monkeypatch.setattr(made.inputs.ledger, "flush", lambda: None)
    with pytest.raises(KeyboardInterrupt):
        made.run((DAY,), TO_FEATURES)


def test_late_files_and_a_kill_change_what_they_touch_as_if_all_had_been_there_from_the_start(
    spark: SparkSession, tmp_path: Path, done: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that finds the late file is killed after the commit of its events, before the books are written."""
    write_conf(tmp_path)
    logs = write_logs(tmp_path)
    late = (logs / "actions" / "b.json").rename(tmp_path / "b.json")
    made = runner(spark, tmp_path)
    made.run((DAY,), TO_FEATURES)
    assert made.inputs.store.read(USER_FEATURES).where("as_of_date = '2026-05-10'").count() < 24
    late.rename(logs / "actions" / "b.json")
    killed(runner(spark, tmp_path), "silver.events", "done", monkeypatch)
    again = runner(spark, tmp_path)
    again.run((DAY,), TO_FEATURES)
    assert not again.failed
    assert built(again) == built(done)
    assert again.inputs.store.read(REJECTS).where("source = 'actions'").count() == 3


@pytest.mark.full
def test_killed_again_and_again_and_resumed_nothing_is_lost_or_doubled(
    spark: SparkSession, tmp_path: Path, home: Path, done: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before a step, or after its commit and before the books are written."""
    lake = str(tmp_path / "killed")
    for victim, moment in (("bronze.actions", "done"), ("silver.events", "done"), ("gold.user_features", "started")):
        killed(runner(spark, home, lake), victim, moment, monkeypatch)
    again = runner(spark, home, lake)
    again.run((DAY,), TO_FEATURES)
    assert not again.failed
    assert built(again) == built(done)
    assert again.inputs.store.read(REJECTS).where("source = 'actions'").count() == 3


@pytest.mark.full
def test_a_mended_mapping_is_said_and_changes_rows_only_when_asked(spark: SparkSession, tmp_path: Path) -> None:
    write_conf(tmp_path)
    write_logs(tmp_path, users=4)
    runner(spark, tmp_path).run((DAY,), frozenset({"silver.account_days"}))
    path = tmp_path / "conf" / "sources" / "actions.yml"
    path.write_text(path.read_text().replace("duration_seconds: seconds", "duration_seconds: seconds * 2"))
    said = []
    made = runner(
        spark,
        tmp_path,
        tell=lambda name, _, entry: said.append(entry.message) if entry and name == "silver.events" else None,
    )
    before = made.inputs.store.read(EVENTS).agg({"duration_seconds": "sum"}).first()[0]
    made.run((DAY,), frozenset({"silver.events"}))
    assert "`run --rebuild --source actions` makes them anew" in said[0]
    assert made.inputs.store.read(EVENTS).agg({"duration_seconds": "sum"}).first()[0] == before
    made.rebuild("actions")
    made.run((DAY,), frozenset({"silver.account_days"}))
    assert made.inputs.store.read(EVENTS).agg({"duration_seconds": "sum"}).first()[0] == 2 * before
    assert made.inputs.store.read(USER_DAYS).agg({"active_seconds": "sum"}).first()[0] == 2 * before
    assert made.inputs.store.read(REJECTS).where("source = 'actions'").count() == 3


@pytest.mark.full
def test_files_that_are_empty_or_wholly_malformed_are_clear_outcomes(spark: SparkSession, tmp_path: Path) -> None:
    write_conf(tmp_path)
    logs = write_logs(tmp_path, users=2)
    (logs / "actions" / "empty.json").write_text("")
    (logs / "actions" / "noise.json").write_text("nothing\nof this\nis JSON\n")
    for name in ("a.json", "b.json"):
        (logs / "actions" / name).unlink()
    said = {}
    made = runner(spark, tmp_path, tell=lambda name, _, entry: said.update({name: entry.message if entry else ""}))
    made.run((DAY,), frozenset({"silver.events"}))
    assert said["bronze.actions"] == "every one of 3 records was refused; look at ops.rejects"
    assert made.inputs.store.read(REJECTS).count() == 3
    made.run((DAY,), frozenset({"silver.events"}))
    assert made.inputs.store.read(REJECTS).count() == 3


def test_another_key_is_refused(spark: SparkSession, home: Path, done: Runner) -> None:
    said = {}
    made = runner(spark, home, tell=lambda name, _, entry: said.update({name: entry.message if entry else ""}))
    made.key = lambda: b"quite another key, long enough"
    made.run((DAY,), frozenset({"silver.events"}))
    assert "hashed with another key" in said["bronze.actions"]


def test_no_raw_identifier_is_in_any_byte_or_decoded_value(spark: SparkSession, home: Path, done: Runner) -> None:
    words = [CANARY.encode(), b"user-4711", b"@home.example", KEY]
    lake = home / "lake"
    for path in (path for path in lake.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert not any(word in content for word in words), path.name
    rows = [
        done.inputs.store.read(table).selectExpr(f"'{name}' AS table", "to_json(struct(*)) AS row")
        for name, table in done.tables.items()
    ]
    every = reduce(DataFrame.union, rows)
    assert every.where("row LIKE '%home.example%' OR row LIKE '%user-4711%'").collect() == []


@pytest.mark.full
def test_no_raw_identifier_or_key_is_in_logs_or_plans(home: Path, tmp_path: Path) -> None:
    """The command itself, in a process of its own whose Spark writes down every plan and every event."""
    conf, events = shutil.copytree(home / "conf", tmp_path / "conf"), tmp_path / "events"
    events.mkdir()
    options = f"{{spark.eventLog.enabled: 'true', spark.eventLog.compress: 'false', spark.eventLog.dir: '{events}'}}"
    (conf / "local.yml").write_text(f"spark: {{log_file: {tmp_path / 'spark.log'}, options: {options}}}\n")
    words = [
        "run",
        "--conf",
        conf,
        "--lake",
        tmp_path / "lake",
        "--only",
        "silver.user_days",
        "--only",
        "silver.consents",
    ]
    own = {**os.environ, "LEARNLAKE_KEY": KEY.decode(), "LOGS": str(home / "logs")}
    command = [sys.executable, "-m", "learnlake.cli", *words]
    done = subprocess.run(command, env=own, capture_output=True, check=False)  # noqa: S603  # our own command
    assert done.returncode == 0, done.stderr
    logs = [path for path in (*events.rglob("*"), tmp_path / "spark.log") if path.is_file()]
    assert len(logs) > 1, "the session writes its events there"
    for content in (done.stdout, done.stderr, *(path.read_bytes() for path in logs)):
        assert b"4711-canary" not in content
        assert KEY not in content
