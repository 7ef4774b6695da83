"""One writer at a time, and what the next one does after one that was killed."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from learnlake.errors import BusyError
from learnlake.lake.store import Store
from learnlake.lake.tables.ops import LEASES
from learnlake.lake.tables.silver import IDENTITIES
from learnlake.runner import lease as leases
from learnlake.runner.lease import BROKEN, ENDED, HELD, Lease
from learnlake.runner.ledger import Ledger
from tests.drawing import draw

NOON = datetime(2026, 5, 1, 12)  # noqa: DTZ001  # timestamps of the lake are UTC without saying so
TABLES = {IDENTITIES.full_name: IDENTITIES}
HERE, NOBODY = socket.gethostname(), 2**22 + 1  # more than any process is called


def persons(*rows: str) -> DataFrame:
    return draw(IDENTITIES, "\n".join(["account_id | visible_from | user_id", *rows]))


def said(store: Store, *, host: str, process: int, state: str = HELD, seconds_ago: int = 10) -> None:
    row = ("other", host, process, state, NOON - timedelta(seconds=seconds_ago))
    store.append(store.spark.createDataFrame([row], LEASES.schema), LEASES)


def states(store: Store, run: str) -> list[str]:
    return [row.state for row in store.read(LEASES).where(f"run_id = '{run}'").orderBy("beat_at", "state").collect()]


def test_a_run_says_that_it_works_each_half_minute_and_that_it_has_ended(
    spark: SparkSession, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BEAT", timedelta(seconds=1))
    with Lease(store, TABLES, "ours", datetime.now).held():
        while len(states(store, "ours")) < 3:
            pass
    assert states(store, "ours")[-1] == ENDED
    assert set(states(store, "ours")[:-1]) == {HELD}


@pytest.mark.parametrize(
    ("host", "process", "seconds_ago", "is_busy"),
    [
        (HERE, os.getpid(), 10, True),
        (HERE, NOBODY, 10, False),
        (HERE, os.getpid(), 121, False),
        ("elsewhere", NOBODY, 10, True),
        ("elsewhere", NOBODY, 121, False),
    ],
    ids=["it runs here", "its process is gone", "it is silent here", "it runs elsewhere", "it is silent elsewhere"],
)
def test_the_second_is_told_in_a_sentence_and_what_is_gone_or_silent_has_ended(
    spark: SparkSession, store: Store, host: str, process: int, seconds_ago: int, *, is_busy: bool
) -> None:
    said(store, host=host, process=process, seconds_ago=seconds_ago)
    ours = Lease(store, TABLES, "ours", lambda: NOON)
    if not is_busy:
        with ours.held():
            assert states(store, "ours") == [HELD]
        return
    with (
        pytest.raises(BusyError, match=rf"another run works on this lake \(process {process} on {host}, last heard"),
        ours.held(),
    ):
        pytest.fail("nobody may enter")
    assert states(store, "ours") == []


def test_of_two_that_begin_at_once_the_one_that_spoke_first_has_the_turn(spark: SparkSession, store: Store) -> None:
    ours = Lease(store, TABLES, "ours", lambda: NOON)
    asked = ours._last
    object.__setattr__(ours, "_last", lambda: (asked(), said(store, host=HERE, process=os.getpid()))[0])
    with pytest.raises(BusyError), ours.held():
        pytest.fail("nobody may enter")
    assert sorted(states(store, "ours")) == [ENDED, HELD]


@pytest.mark.parametrize("is_told", [True, False])
def test_a_run_that_ends_between_a_commit_and_its_slices_says_so(
    spark: SparkSession, store: Store, monkeypatch: pytest.MonkeyPatch, *, is_told: bool
) -> None:
    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    if not is_told:
        monkeypatch.setattr(store.slices, "replaced", ended)
    with Lease(store, TABLES, "ours", lambda: NOON).held():
        try:
            store.replace_all(persons("a | 2026-05-01 | a"), IDENTITIES)
        except KeyboardInterrupt:
            assert not is_told
        Ledger(store, lambda: NOON).flush()
    assert states(store, "ours") == sorted([HELD, ENDED if is_told else BROKEN])
    again = Store(spark, store.root)
    with Lease(again, TABLES, "later", lambda: NOON + timedelta(minutes=1)).held():
        assert sum(one.rows for one in again.slices.among(IDENTITIES).values()) == 1


@pytest.mark.parametrize(
    ("state", "is_counted"), [(HELD, True), (BROKEN, True), (ENDED, False)], ids=["killed", "broken", "ended"]
)
def test_only_after_a_kill_are_tables_counted_that_the_books_do_not_know(
    spark: SparkSession, store: Store, tmp_path: Path, state: str, *, is_counted: bool
) -> None:
    store.replace_all(persons("a | 2026-05-01 | a"), IDENTITIES)
    said(store, host=HERE, process=NOBODY, state=state)
    again = Store(spark, store.root)
    with Lease(again, TABLES, "ours", lambda: NOON).held():
        found = again.slices.among(IDENTITIES)
    assert {day.isoformat(): one.rows for day, one in found.items()} == ({"2026-05-01": 1} if is_counted else {})
