"""What a recipe learns: frequent values, medians, and codes that do not know their own row's outcome."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from learnlake.modelling.recipe import learned
from tests.modelling.chances import KINDS, drawn


def test_every_place_has_a_name_and_a_source_and_a_column() -> None:
    batch, labels, _ = drawn(800)
    recipe, matrix = learned(batch, KINDS, labels, 7)
    assert len(recipe.names) == len(recipe.sources) == matrix.shape[1]
    assert set(recipe.sources) == set(sum(KINDS, ()))
    assert recipe.matrix(batch).shape == matrix.shape


def test_a_column_of_many_values_becomes_its_share_of_successes() -> None:
    batch, labels, _ = drawn(4_000)
    recipe, _ = learned(batch, KINDS, labels, 7)
    (code,) = recipe.codes
    assert code.column == "city"
    held = dict(code.shares)
    far, near = (
        np.mean([share for city, share in held.items() if (int(city[-2:]) >= 45) is is_far]) for is_far in (True, False)
    )
    assert far > near + 0.1, "planted: the last fifteen cities buy more"
    unknown = pa.RecordBatch.from_pydict({"city": ["nowhere"]})
    assert code.encode(unknown.column("city"))[0, 0] == pytest.approx(labels.mean(), abs=1e-6)


def test_rows_of_the_fit_are_coded_without_their_own_outcome() -> None:
    """With one value a row, a code that knew its own outcome would be the outcome."""
    random = np.random.default_rng(5)
    labels = random.integers(0, 2, 1_000)
    values = [f"v{n % 100}" for n in range(1_000)]
    batch = pa.RecordBatch.from_pydict({"word": values})
    recipe, folded = learned(batch, ((), ("word",), ()), labels, 7)
    inside = np.corrcoef(recipe.matrix(batch)[:, 0], labels)[0, 1]
    outside = np.corrcoef(folded[:, 0], labels)[0, 1]
    assert inside > 0.2
    assert outside < 0.1


def test_a_narrowed_recipe_gives_the_same_places_of_fewer_columns() -> None:
    batch, labels, _ = drawn(800)
    recipe, _ = learned(batch, KINDS, labels, 7)
    kept = ("idle", "plan", "city")
    narrow = recipe.narrowed(kept)
    assert narrow.columns == kept
    assert narrow.matrix(batch) == pytest.approx(recipe.matrix(batch)[:, recipe.places(kept)])
