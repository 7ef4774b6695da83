from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from pyspark.sql import Row

from learnlake.console import Format, Progress, print_rows
from learnlake.lake.settling import Fate
from learnlake.runner.ledger import Entry


def test_csv_and_json_are_data_alone(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(("day", "amount", "note"), [(date(2026, 5, 1), Decimal("1.50"), None)], Format.CSV)
    print_rows(("day", "amount", "note"), [(date(2026, 5, 1), Decimal("1.50"), None)], Format.JSON)
    assert (
        capsys.readouterr().out
        == 'day,amount,note\n2026-05-01,1.50,\n{"day": "2026-05-01", "amount": "1.50", "note": null}\n'
    )


def test_progress_counts_and_says_what_became_of_rows(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress("silver.events", "done", Entry("silver.events", None, "done", (Fate("s", "m", 5, 2, 1, 1, 1),)))
    progress("gold.x", "skipped", None)
    assert progress.summary() == "1 done, 1 skipped"


def test_structs_are_printed_with_the_names_of_their_fields(capsys) -> None:
    tags = [Row(tag="sql", weight=Decimal("0.5"), more=Row(n=1))]
    print_rows(("tags", "map"), [(tags, {"a": Row(b=2)})], Format.JSON)
    assert json.loads(capsys.readouterr().out) == {
        "tags": [{"tag": "sql", "weight": "0.5", "more": {"n": 1}}],
        "map": {"a": {"b": 2}},
    }


def test_failures_are_said_once_more_at_the_end_and_what_they_left_out_is_not(capsys) -> None:
    progress, error = Progress(debug=True), ValueError("no such column")
    progress("gold.x", "failed", Entry("gold.x", None, "failed", message="ValueError: no such column", error=error))
    progress("gold.y", "failed", Entry("gold.y", None, "failed", message="left out: what it needs failed"))
    assert progress.missing() == ["gold.x failed: ValueError: no such column"]
    assert capsys.readouterr().err.count("no such column") == 2, "with debug its traceback stands below"
