from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.errors import BusyError, ConfError, ContractError
from learnlake.lake import columns as c
from learnlake.lake.slices import tallied
from learnlake.lake.store import Store
from learnlake.lake.table import Layer, Refresh, Table
from learnlake.lake.tables.ops import REJECTS
from learnlake.lake.tables.silver import USER_DAYS
from learnlake.runner.ledger import Ledger
from tests.drawing import draw, expect

SCORES = Table(
    layer=Layer.GOLD,
    name="scores",
    grain="one user's score on a day",
    columns=(c.AS_OF_DATE, c.USER_ID, c.SCORE),
    key=(c.AS_OF_DATE, c.USER_ID),
    refresh=Refresh.replace_day(c.AS_OF_DATE),
    dated_by=c.AS_OF_DATE,
    partition_by=(c.AS_OF_DATE,),
)
OWNERS = Table(
    layer=Layer.SILVER,
    name="owners",
    grain="one account's user",
    columns=(c.ACCOUNT_ID, c.VISIBLE_FROM, c.USER_ID),
    key=(c.ACCOUNT_ID, c.VISIBLE_FROM),
    refresh=Refresh.replace_slices(c.VISIBLE_FROM),
    dated_by=c.VISIBLE_FROM,
)
FACTS = Table(
    layer=Layer.SILVER,
    name="facts",
    grain="one fact, once",
    columns=(c.EVENT_ID, c.TEXT, c.SOURCE, c.MAPPING, c.SOURCE_FILE, c.SOURCE_POSITION, c.RECEIVED_AT),
    key=(c.EVENT_ID,),
    refresh=Refresh.merge(c.RECEIVED_AT, c.SOURCE_FILE, c.SOURCE_POSITION),
)
DATED = replace(FACTS, name="dated", columns=(*FACTS.columns, c.VISIBLE_FROM), dated_by=c.VISIBLE_FROM)
DATED_FLAGGED = (*DATED.columns, c.REASONS, c.ROW)
FLAGGED = (*FACTS.columns, c.REASONS, c.ROW)
MAY_1, MAY_2 = date(2026, 5, 1), date(2026, 5, 2)


def scores(text: str):
    return draw(SCORES, text)


def test_a_replaced_day_leaves_the_other_day_and_a_second_time_changes_nothing(store: Store) -> None:
    first = scores("as_of_date | user_id | score\n2026-05-01 | ann | 0.5\n2026-05-01 | bob | 0.1")
    second = scores("as_of_date | user_id | score\n2026-05-02 | ann | 0.7")
    for frame, day in ((first, MAY_1), (second, MAY_2), (second, MAY_2)):
        store.replace_days(frame, SCORES, day)
    assert store.replace_days(scores("as_of_date | user_id | score\n2026-05-01 | ann | 0.9"), SCORES, MAY_1) == 1
    expect(store.read(SCORES), SCORES, "as_of_date | user_id | score\n2026-05-01 | ann | 0.9\n2026-05-02 | ann | 0.7")
    assert store.days(SCORES) == [MAY_1, MAY_2]


def test_the_contract_names_table_column_promised_and_found(store: Store) -> None:
    frame = scores("as_of_date | user_id | score\n2026-05-01 | ann | 0.5")
    with pytest.raises(ContractError, match=r"gold\.scores: score is string, promised double"):
        store.replace_days(frame.withColumn("score", F.col("score").cast("string")), SCORES, MAY_1)
    with pytest.raises(ContractError, match=r"gold\.scores: column score \(double\) is missing"):
        store.replace_days(frame.drop("score"), SCORES, MAY_1)
    with pytest.raises(ContractError, match=r"gold\.scores: column more is not promised"):
        store.replace_days(frame.withColumn("more", F.lit(1)), SCORES, MAY_1)
    assert store.read(SCORES).count() == 0


def test_a_repeated_or_missing_key_is_refused_and_nothing_is_written(store: Store) -> None:
    twice = scores("as_of_date | user_id | score\n2026-05-01 | ann | 0.5\n2026-05-01 | ann | 0.6\n2026-05-01 | - | 0.6")
    with pytest.raises(ContractError, match=r"1 keys .* occur more than once and 1 lack a part"):
        store.replace_days(twice, SCORES, MAY_1)
    assert store.read(SCORES).count() == 0


def test_comments_key_and_grain_stand_in_the_delta_table_itself(store: Store) -> None:
    store.ensure(SCORES)
    described = {row.col_name: row.comment for row in store.spark.sql(f"DESCRIBE {store.address(SCORES)}").collect()}
    assert described["score"] == c.SCORE.meaning
    assert store.notes(SCORES)["key"] == "as_of_date, user_id"
    detail = store.spark.sql(f"DESCRIBE DETAIL {store.address(SCORES)}").first()
    assert detail.description == "One row is one user's score on a day"
    assert detail.partitionColumns == ["as_of_date"]


def owners(*rows: str) -> DataFrame:
    return draw(OWNERS, "\n".join(["account_id | visible_from | user_id", *rows]))


def test_replaced_slices_lose_their_old_rows_even_when_no_new_one_comes_and_others_stay(store: Store) -> None:
    store.replace_all(
        owners("a | 2026-05-01 | a", "b | 2026-05-01 | b", "a | 2026-05-02 | x", "c | 2026-05-03 | c"), OWNERS
    )
    assert store.replace_slices(owners("d | 2026-05-01 | d"), OWNERS, {MAY_1: "one", MAY_2: "two"}) == 1
    expect(store.read(OWNERS), OWNERS, "account_id | visible_from\nd | 2026-05-01\nc | 2026-05-03")
    held = store.slices.held[OWNERS.full_name]
    assert [(day.day, one.rows, one.churn, one.made_of) for day, one in sorted(held.items())] == [
        (1, 1, 2 + 2 + 1, "one"),
        (2, 0, 1 + 1, "two"),
        (3, 1, 1, ""),
    ]


def test_a_row_outside_the_days_that_were_to_be_written_is_refused(store: Store) -> None:
    with pytest.raises(ContractError, match=r"silver\.owners: rows lie on 2026-05-02, which was not to be written"):
        store.replace_slices(owners("d | 2026-05-02 | d"), OWNERS, {MAY_1: ""})
    assert store.read(OWNERS).count() == 0


def test_a_whole_table_that_is_as_it_was_is_not_written_again(store: Store) -> None:
    rows = ("a | 2026-05-01 | a", "b | 2026-05-02 | b")
    for kept in (owners(*rows), owners(*reversed(rows))):
        assert store.replace_all(kept, OWNERS) == 2
    before = store.version(OWNERS)
    assert store.replace_all(owners(rows[0]), OWNERS) == 1
    assert store.version(OWNERS) == before + 1
    assert store.slices.among(OWNERS).keys() == {MAY_1}


def test_nothing_dated_after_as_of_or_up_to_since_is_handed_over(store: Store) -> None:
    store.replace_all(owners("a | 2026-05-01 | a", "b | 2026-05-02 | b", "c | 2026-05-03 | c"), OWNERS)
    expect(store.read(OWNERS, MAY_2).select("account_id"), [c.ACCOUNT_ID], "account_id\na\nb")
    expect(store.read(OWNERS, MAY_2, since=MAY_1).select("account_id"), [c.ACCOUNT_ID], "account_id\nb")


def test_what_is_settled_adds_to_its_slices_and_what_takes_the_place_of_a_row_is_counted_anew(store: Store) -> None:
    facts = "event_id | visible_from | received_at | source | mapping | source_file | source_position | reasons"
    first = "1 | 2026-05-01 | 2026-05-03 | s | m | a | p | []\n2 | 2026-05-01 | 2026-05-03 | s | m | a | p | []"
    later = "3 | 2026-05-02 | 2026-05-03 | s | m | a | p | []\n1 | 2026-05-02 | 2026-05-02 | s | m | a | p | []"
    for rows in (first, later):
        store.settle(draw(DATED_FLAGGED, f"{facts}\n{rows}"), DATED)
        known = {day: (one.rows, one.digest) for day, one in store.slices.among(DATED).items()}
        assert known == {day: (t.rows, t.digest) for day, t in tallied(store.read(DATED), DATED).items()}
    assert {day: one.rows for day, one in store.slices.among(DATED).items()} == {MAY_1: 1, MAY_2: 2}


def test_another_store_knows_the_slices_that_were_written_down(spark: SparkSession, store: Store) -> None:
    store.replace_all(owners("a | 2026-05-01 | a"), OWNERS)
    assert Store(spark, store.root).slices.among(OWNERS) == {}
    Ledger(store, lambda: datetime(2026, 5, 3)).flush()  # noqa: DTZ001  # timestamps of the lake are UTC without saying so
    again = Store(spark, store.root)
    assert again.slices.held == store.slices.held
    assert store.slices.unwritten == {}
    again.slices.held.clear()
    again.recount(OWNERS)
    assert again.slices.fingerprint(OWNERS) == store.slices.fingerprint(OWNERS)


def test_what_is_put_together_at_read_is_no_table_but_can_be_queried(store: Store) -> None:
    assert store.version(USER_DAYS) is None
    tables = {table.full_name: table for table in (USER_DAYS,)}
    assert store.query("SELECT count(*) FROM silver.user_days", tables).first()[0] == 0


FIRST = """
    event_id | text  | source | mapping | source_file | source_position | received_at | reasons            | row
    1        | early | s      | m       | a           | p1              | 2026-05-01  | []                 | -
    1        | late  | s      | m       | a           | p2              | 2026-05-02  | []                 | -
    2        | bad   | s      | m       | a           | p3              | 2026-05-01  | ['is_bad']         | {}
    2        | bad   | s      | m       | a           | p3              | 2026-05-01  | ['is_bad']         | {}
    3        | aside | s      | m       | a           | p4              | 2026-05-01  | ['not_applicable'] | -
    4        | four  | s      | m       | a           | p5              | 2026-05-03  | []                 | -
"""


def test_every_flagged_row_has_one_fate_and_equal_bad_rows_are_all_kept(store: Store) -> None:
    (fate,) = store.settle(draw(FLAGGED, FIRST), FACTS)
    assert (fate.read, fate.kept, fate.rejected, fate.duplicate, fate.not_applicable) == (6, 2, 2, 1, 1)
    expect(store.read(FACTS), FACTS, "event_id | text\n1 | early\n4 | four")
    rejects = store.read(REJECTS)
    assert [row.reasons for row in rejects.collect()] == [["is_bad"], ["is_bad"]]


def test_settling_the_same_rows_again_changes_nothing_and_still_adds_up(store: Store) -> None:
    first = store.settle(draw(FLAGGED, FIRST), FACTS)
    assert store.settle(draw(FLAGGED, FIRST), FACTS) == first
    assert store.read(FACTS).count() == 2


@pytest.mark.full
def test_the_first_of_a_key_stays_in_whichever_order_the_rows_come(store: Store) -> None:
    late = "event_id | text | source | mapping | source_file | source_position | received_at | reasons\n1 | late | s | m | b | p | 2026-05-02 | []"
    early = "event_id | text | source | mapping | source_file | source_position | received_at | reasons\n1 | early | s | m | a | p | 2026-05-01 | []"
    assert store.settle(draw(FLAGGED, late), FACTS)[0].kept == 1
    assert store.settle(draw(FLAGGED, early), FACTS)[0].kept == 1
    expect(store.read(FACTS), FACTS, "event_id | text\n1 | early")
    assert store.settle(draw(FLAGGED, late), FACTS)[0].duplicate == 1
    expect(store.read(FACTS), FACTS, "event_id | text\n1 | early")


def test_a_table_is_widened_by_what_the_catalogue_gained_and_never_narrowed(store: Store) -> None:
    store.ensure(SCORES)
    wide = SCORES.widened((c.REASON,))
    again = Store(store.spark, store.root)
    assert again.ensure(wide)
    assert "reason" in store.spark.table(store.address(wide)).columns
    with pytest.raises(ContractError, match="the stored column reason is no longer promised"):
        Store(store.spark, store.root).ensure(SCORES)


def test_a_lake_may_lie_in_a_folder_with_any_signs_in_its_name(spark: SparkSession, tmp_path: Path) -> None:
    store = Store(spark, str(tmp_path / "a+b (1) [x] 订单 50%41 ` ' {y}*?"))
    day = scores("as_of_date | user_id | score\n2026-05-01 | ann | 0.5")
    store.replace_days(day, SCORES, MAY_1)
    store.replace_days(day, SCORES, MAY_1)
    assert store.read(SCORES).count() == 1
    assert store.query("SELECT user_id FROM scores", {SCORES.full_name: SCORES}).first().user_id == "ann"


def test_two_writers_of_one_table_leave_whole_rows_of_both_or_a_sentence(store: Store) -> None:
    store.ensure(SCORES)
    start, outcomes = Barrier(2), []

    def write(frame: DataFrame) -> None:
        start.wait()
        try:
            store.replace_days(frame, SCORES, MAY_1)
            outcomes.append("written")
        except BusyError as error:
            outcomes.append(str(error))

    writers = [
        Thread(target=write, args=(scores(f"as_of_date | user_id | score\n2026-05-01 | ann | {score}"),))
        for score in ("0.1", "0.2")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(outcomes) == 2
    assert all(outcome == "written" or "another writer changes this table" in outcome for outcome in outcomes)
    assert store.read(SCORES).count() == 1


@pytest.mark.full
def test_runs_that_refuse_rows_at_the_same_time_wait_for_each_other(store: Store) -> None:
    start, kept = Barrier(4), []

    def refuse(rows: DataFrame) -> None:
        own = Store(store.spark, store.root)  # each run has a store of its own
        start.wait()
        kept.append(own.refuse(rows))

    store.ensure(REJECTS)
    lines = "source | mapping | source_file | source_position | received_at | reasons\n" + "\n".join(
        f"s{{run}} | m | a.csv | {n} | 2026-05-01T10:00:00 | ['amount_lacks_currency']" for n in (1, 2)
    )
    refused = [draw(REJECTS.columns[1:], lines.format(run=run)) for run in range(4)]
    runs = [Thread(target=refuse, args=(rows,)) for rows in refused]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert kept == [2, 2, 2, 2]
    assert store.read(REJECTS).count() == 8


def test_queries_name_tables_of_the_catalogue_and_only_read(store: Store) -> None:
    store.replace_days(scores("as_of_date | user_id | score\n2026-05-01 | ann | 0.5"), SCORES, MAY_1)
    tables = {SCORES.full_name: SCORES}
    assert store.query("SELECT user_id FROM gold.scores s WHERE s.score > 0.1", tables).first().user_id == "ann"
    with pytest.raises(ConfError, match=r"did you mean `gold\.scores`"):
        store.query("SELECT * FROM gold.score", tables)
    with pytest.raises(ConfError, match="only one SELECT"):
        store.query("DELETE FROM gold.scores", tables)


def test_a_query_finds_no_rows_in_a_table_that_is_not_there_yet(store: Store) -> None:
    tables = {SCORES.full_name: SCORES}
    found = store.query("SELECT user_id, count(*) OVER () AS n FROM gold.scores", tables)
    assert (found.columns, found.count()) == (["user_id", "n"], 0)
    store.replace_days(scores("as_of_date | user_id | score\n2026-05-01 | ann | 0.5"), SCORES, MAY_1)
    assert store.query("SELECT user_id FROM gold.scores", tables).first().user_id == "ann"
