from __future__ import annotations

import gzip
import os
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from learnlake.errors import LearnlakeError
from learnlake.lake import columns as c
from learnlake.lake.key import fingerprint, keyed_hash, masked
from learnlake.lake.raw import flat_table, found, records, write_lines
from learnlake.lake.sources import Source
from tests.drawing import draw

KEY = b"a key that is long enough"
COPIES = [{"account_key": "who", "event_type": "'view'", "occurred_at": "at", "event_key": "copies"}]


def source(path: Path, kind: str = "csv", **more: object) -> Source:
    read = {
        "format": kind,
        "path": str(path),
        "schema": "who STRING, at STRING, n INT",
        "options": {"header": True} if kind == "csv" else {},
    }
    events = [{"account_key": "who", "event_type": "'view'", "occurred_at": "at", "event_key": ["who", "at"]}]
    return Source.model_validate(
        {"source": "logs", "platform": "p", "read": read, "personal": ["who"], "events": events, **more}
    )


def read(spark: SparkSession, made: Source):
    return records(spark, made, found(spark, made), KEY)


def test_personal_columns_are_keyed_hashes_and_equal_values_hash_alike(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("who,at,n\nann,2026-05-01,1\n ann ,2026-05-02,1\nbob,2026-05-01,1\n,2026-05-01,1\n")
    hashes = [row.who for row in read(spark, source(tmp_path)).orderBy("n", "at").collect()]
    assert len({h for h in hashes if h}) == 2
    assert hashes.count(None) == 1
    assert all(len(h) == 32 and "ann" not in h for h in hashes if h)


def test_an_address_hashes_alike_however_it_is_spelled_and_a_name_does_not(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("who,at,n\nAnn@X.example,a,1\nann@x.example,b,1\nAnn,c,1\nann,d,1\n")
    hashes = {row.at: row.who for row in read(spark, source(tmp_path)).collect()}
    assert hashes["a"] == hashes["b"]
    assert hashes["c"] != hashes["d"]


def test_the_hash_is_hmac_sha256_and_another_key_gives_another_hash(spark: SparkSession) -> None:
    import hashlib
    import hmac

    names = draw([c.USER_ID], "user_id\nann")
    assert names.select(keyed_hash(KEY)("user_id")).first()[0] == hmac.new(KEY, b"ann", hashlib.sha256).hexdigest()[:32]
    assert fingerprint(KEY) != fingerprint(b"another key, long enough")


def test_a_malformed_line_is_kept_as_file_and_hash_and_its_neighbours_stay(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("who,at,n\nann,2026-05-01,1\nbob,2026-05-01,secret\n")
    rows = {tuple(row.reasons): row for row in read(spark, source(tmp_path)).collect()}
    assert rows[()].n == 1
    refused = rows["line_is_malformed",]
    assert refused._file == "a.csv"
    assert "secret" not in str(refused.asDict())


def test_a_live_record_whose_arrival_cannot_be_read_is_refused_for_the_files_time_is_no_substitute(
    spark: SparkSession, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("who,at,n\nann,2026-05-01,1\nbob,some day,2\n")
    live = source(tmp_path, arrives="live", received_at="try_to_timestamp(at)")
    assert [row.reasons for row in read(spark, live).orderBy("n").collect()] == [[], ["received_at_cannot_be_read"]]
    bulk = source(tmp_path, received_at="try_to_timestamp(at)")
    assert [row.reasons for row in read(spark, bulk).collect()] == [[], []]


def test_json_without_a_known_column_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"who": "ann", "at": "x", "n": 1}\n{"other": 1}\n{"who": \n')
    reasons = sorted(str(row.reasons) for row in read(spark, source(tmp_path, "json")).collect())
    assert reasons == ["['line_has_no_known_column']", "['line_is_malformed']", "[]"]


def test_a_parquet_value_of_another_type_is_refused_and_its_neighbours_stay(
    spark: SparkSession, tmp_path: Path
) -> None:
    table = pa.table({"who": ["ann", "bob", "cem"], "at": ["2026-05-01"] * 3, "n": ["1", "many", None]})
    pq.write_table(table, tmp_path / "a.parquet")
    rows = {row.at: row for row in read(spark, source(tmp_path, "parquet")).where("size(reasons) > 0").collect()}
    assert [row.reasons for row in rows.values()] == [["line_is_malformed"]]
    assert sorted(str(row.n) for row in read(spark, source(tmp_path, "parquet")).collect()) == ["1", "None", "None"]


def test_equal_records_are_numbered_only_where_they_are_real_repeats(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("who,at,n\nann,2026-05-01,1\nann,2026-05-01,1\n")
    shared = {row._position for row in read(spark, source(tmp_path)).collect()}
    numbered = {row._position for row in read(spark, source(tmp_path, events=COPIES)).collect()}
    assert len(shared) == 1
    assert {position.split("#")[1] for position in numbered} == {"1", "2"}


def test_a_packed_file_and_folders_below_the_root_are_read(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "day 1").mkdir()
    with gzip.open(tmp_path / "day 1" / "a.csv.gz", "wt") as file:
        file.write("who,at,n\nann,2026-05-01,1\n")
    assert [row._file for row in read(spark, source(tmp_path)).collect()] == ["day 1/a.csv.gz"]


def test_a_missing_file_an_unset_variable_and_other_columns_are_each_said_in_a_sentence(
    spark: SparkSession, tmp_path: Path
) -> None:
    with pytest.raises(LearnlakeError, match=r"there is no file at .*nowhere"):
        found(spark, source(tmp_path / "nowhere"))
    with pytest.raises(LearnlakeError, match=r"`read.path` needs \$\{UNSET\}"):
        found(spark, source(Path("${UNSET}/x")))
    (tmp_path / "b.csv").write_text("name,at,n\nann,2026-05-01,1\n")
    with pytest.raises(
        LearnlakeError, match=r"logs: file b.csv has the columns name, at, n, but .* promises who, at, n"
    ):
        read(spark, source(tmp_path))


def test_a_persons_own_table_is_read_whatever_signs_its_name_has(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a+b [1] {订单}*.csv").write_text("who,n\nann,1\n")
    assert [tuple(row) for row in flat_table(spark, tmp_path / "a+b [1] {订单}*.csv").collect()] == [("ann", 1)]


def test_a_record_over_several_lines_is_read_whatever_signs_its_files_name_has(
    spark: SparkSession, tmp_path: Path
) -> None:
    (tmp_path / "x [1] {a,b}*").mkdir()
    (tmp_path / "x [1] {a,b}*" / "q [z].csv").write_text('who,at,n\nann,"2026\n05",1\n')
    made = source(tmp_path / "x [1] {a,b}*")
    options = {"header": True, "multiLine": True}
    whole = made.model_copy(update={"read": made.read.model_copy(update={"options": options})})
    assert [(row.at, row.n, row._file) for row in read(spark, whole).collect()] == [("2026\n05", 1, "q [z].csv")]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_a_files_size_and_time_are_told_in_utc_whatever_the_zone_of_the_machine(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("who,at,n\n")
    os.utime(path, (1_780_000_000, 1_780_000_000))
    with monkeypatch.context() as here:
        here.setenv("TZ", zone)
        time.tzset()
        told = found(spark, source(tmp_path))
    time.tzset()
    assert [(file.modified_at.isoformat(), file.size) for file in told] == [("2026-05-28T20:26:40", 9)]


def test_an_empty_file_has_no_records(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("")
    assert read(spark, source(tmp_path)).count() == 0


def test_addresses_links_and_long_numbers_are_masked_and_code_is_not(spark: SparkSession) -> None:
    texts = draw(
        [c.TEXT],
        """
        text
        mail me@home.example or call +49 30 1234567, see https://x.example/me
        for i in range(1000): print(i, 3.14)
    """,
    )
    assert [row[0] for row in texts.select(masked(texts.text)).collect()] == [
        "mail [e-mail] or call [number], see [link]",
        "for i in range(1000): print(i, 3.14)",
    ]


def test_written_lines_begin_with_the_header_and_are_read_back(spark: SparkSession, tmp_path: Path) -> None:
    lines = draw([c.TEXT], "text\nann,2026-05-01,1\nbob,2026-05-01,2").withColumnRenamed("text", "value")
    write_lines(lines, "who,at,n", tmp_path / "logs", "csv")
    assert read(spark, source(tmp_path / "logs")).count() == 2
