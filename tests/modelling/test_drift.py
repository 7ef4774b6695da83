"""Drift: nothing where nothing moved, found where it did; bins count on Spark what they count in memory."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from learnlake.modelling.drift import Reference, binned, ks, number_reference, psi, references
from tests.modelling.chances import drawn


def test_psi_and_ks_by_hand() -> None:
    before, now = np.array([0.5, 0.5]), np.array([0.25, 0.75])
    assert psi(before, now) == pytest.approx(-0.25 * np.log(0.5) + 0.25 * np.log(1.5))
    assert ks(before, now) == 0.25
    assert psi(before, before) == ks(before, before) == 0


def test_ten_bins_hold_a_tenth_each_and_missing_stands_last() -> None:
    values = np.append(np.arange(1_000.0), [np.nan] * 1_000)
    found = number_reference("x", values)
    assert found.shares[:10] == pytest.approx([0.05] * 10, abs=0.001)
    assert found.shares[-1] == 0.5


def test_a_column_that_is_the_same_for_all_has_a_bin_still() -> None:
    found = number_reference("x", np.zeros(100))
    assert sum(found.shares) == pytest.approx(1)
    assert found.counts(pa.array([0.0, 5.0])).tolist() == [1, 1, 0]


def test_words_have_a_bin_each_and_unknown_ones_share_one() -> None:
    known = Reference("plan", words=("free", "gold"))
    assert known.counts(pa.array(["gold", "free", "gold", "new", None])).tolist() == [1, 2, 1, 1]


def test_the_same_rows_have_not_moved_and_shifted_ones_have(spark) -> None:
    batch, _, _ = drawn(2_000)
    held = references(batch, ("visits", "noise"), ("plan",))
    moved, _, _ = drawn(2_000, seed=2, shift=6.0)

    def shares(rows: pa.RecordBatch) -> dict[str, np.ndarray]:
        counted = binned(spark.createDataFrame(pa.Table.from_batches([rows])), held).toPandas()
        out = {}
        for reference in held:
            own = counted[counted["column_name"] == reference.column]
            found = np.zeros(reference.size)
            found[own["bin"]] = own["row_count"]
            out[reference.column] = found / found.sum()
        return out

    same, other = shares(batch), shares(moved)
    for reference in held:
        assert same[reference.column] == pytest.approx(reference.shares)
    by_name = {reference.column: np.array(reference.shares) for reference in held}
    assert psi(by_name["visits"], other["visits"]) > 0.25
    assert ks(by_name["visits"], other["visits"]) > 0.15
    assert psi(by_name["noise"], other["noise"]) < 0.05
    assert psi(by_name["plan"], other["plan"]) < 0.05
