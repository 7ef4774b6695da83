from __future__ import annotations

from datetime import date, datetime

import pytest
from pyspark.sql import SparkSession

from learnlake.errors import BusyError
from learnlake.lake.settling import Fate
from learnlake.lake.store import Store
from learnlake.lake.tables.ops import MODELS, QUALITY, RUNS
from learnlake.modelling.gate import Candidate, Decision
from learnlake.modelling.versions import Version
from learnlake.runner.ledger import DONE, FAILED, Entry, Ledger

NOON = datetime(2026, 5, 1, 12)  # noqa: DTZ001  # timestamps of the lake are UTC without saying so


def test_the_newest_finished_run_counts_and_a_failed_one_does_not(spark: SparkSession, store: Store) -> None:
    ledger = Ledger(store, lambda: NOON)
    ledger.write(
        Entry("silver.x", None, DONE, versions_read={"bronze.a": 3}, version_written=7, signature="s"), started_at=NOON
    )
    ledger.write(Entry("silver.x", None, FAILED, message="no"), started_at=NOON.replace(hour=13))
    ledger.flush()
    again = Ledger(store, lambda: NOON)
    last = again.last("silver.x")
    assert (last.version_written, last.versions_read, last.signature) == (7, {"bronze.a": 3}, "s")
    assert again.last("silver.y") is None
    assert store.read(RUNS).count() == 2


def test_of_two_finished_runs_the_one_that_started_later_counts_whichever_was_written_first(
    spark: SparkSession, store: Store
) -> None:
    ledger = Ledger(store, lambda: NOON)
    for hour, signature in ((14, "later"), (13, "before")):
        ledger.write(Entry("silver.x", None, DONE, signature=signature), started_at=NOON.replace(hour=hour))
    ledger.flush()
    assert Ledger(store, lambda: NOON).last("silver.x").signature == "later"


def test_rows_that_do_not_add_up_are_found_and_kept_as_a_check(spark: SparkSession, store: Store) -> None:
    good, bad = Fate("s", "m", 4, 1, 1, 1, 1), Fate("s", "n", 4, 1, 1, 1, 0)
    ledger = Ledger(store, lambda: NOON)
    assert ledger.check("silver.x", (good, bad)) == (bad,)
    ledger.flush()
    assert {row.mapping: row.is_ok for row in store.read(QUALITY).collect()} == {"m": True, "n": False}


def test_books_are_written_once_a_minute_and_known_at_once(spark: SparkSession, store: Store) -> None:
    clock = [NOON]
    ledger = Ledger(store, lambda: clock[0])
    ledger.write(Entry("silver.x", None, DONE, signature="s"), started_at=NOON)
    assert (ledger.last("silver.x").signature, store.read(RUNS).count()) == ("s", 0)
    clock[0] = NOON.replace(minute=1)
    ledger.write(Entry("silver.y", None, DONE), started_at=NOON)
    assert store.read(RUNS).count() == 2
    ledger.flush()
    assert store.read(RUNS).count() == 2


def test_books_that_cannot_be_written_just_now_are_written_at_the_end(
    spark: SparkSession, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> int:
        raise BusyError("another writer changes this table")

    clock = [NOON]
    ledger = Ledger(store, lambda: clock[0])
    ledger.write(Entry("silver.x", None, DONE), started_at=NOON)
    clock[0] = NOON.replace(minute=1)
    with monkeypatch.context() as patched:
        patched.setattr(Store, "append", busy)
        ledger.write(Entry("silver.y", None, DONE), started_at=NOON)
        with pytest.raises(BusyError):
            ledger.flush()
    ledger.flush()
    assert {row.step for row in store.read(RUNS).collect()} == {"silver.x", "silver.y"}


def test_a_decision_and_its_withdrawal_both_stand_in_the_books(spark: SparkSession, store: Store) -> None:
    ledger, day = Ledger(store, lambda: NOON), date(2026, 5, 1)
    ledger.decided("m", day, "2", Candidate(None, metrics={"auc": 0.7}), Decision(is_published=True, reason="good"))
    ledger.withdrawn("m", Version("2", day, is_published=True), "withdrawn by hand")
    rows = store.read(MODELS).orderBy("is_withdrawn").collect()
    said = [(row.model, row.train_date, row.model_version, row.is_published, row.is_withdrawn) for row in rows]
    assert said == [("m", day, "2", True, False), ("m", day, "2", True, True)]
    assert [(row.metrics, row.reason) for row in rows] == [({"auc": 0.7}, "good"), ({}, "withdrawn by hand")]


def test_results_of_checks_are_noted_under_their_table(spark: SparkSession, store: Store) -> None:
    ledger = Ledger(store, lambda: NOON)
    ledger.note_checks("gold.goal_checks", [("buys psi chance on 2026-05-01", False, "400 users")])
    ledger.flush()
    (row,) = store.read(QUALITY).collect()
    assert (row.check, row.is_ok, row.detail) == ("gold.goal_checks: buys psi chance on 2026-05-01", False, "400 users")
