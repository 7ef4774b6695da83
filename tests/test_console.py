from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

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
