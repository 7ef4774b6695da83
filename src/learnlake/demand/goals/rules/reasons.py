"""Why a chance is what it is: the columns that move it most, with what they say of the user, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from learnlake.demand.goals.rules.words import in_words, shown
from learnlake.errors import LearnlakeError, near_match
from learnlake.lake import columns as c
from learnlake.modelling.batches import selected
from learnlake.modelling.propensity import Propensity

REASONS = c.CHANCE_REASONS.dtype.simpleString()
SHARP = 1e-3


def scored(people: DataFrame, model: Propensity, most: int, keep: tuple[str, ...], goal: str) -> DataFrame:
    """Return the columns to keep, ``chance`` and ``chance_reasons`` of each row.

    Args:
        people: rows with the columns that the model needs.
        model: a fitted propensity.
        most: reasons a row.
        keep: columns to pass on.
        goal: named in an error.

    Raises:
        LearnlakeError: if a column that the model needs is missing.
    """
    missing = [name for name in model.needs if name not in people.columns]
    if missing:
        raise LearnlakeError(
            f"goal {goal}: its model needs the column `{missing[0]}`, which is not there any more; bring it back, or train anew "
            f"without it ({near_match(missing[0], people.columns)})"
        )

    def compute(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            said = {"chance": pa.array(model.chances(batch)), "chance_reasons": reasons(model, batch, most)}
            yield pa.RecordBatch.from_pydict({**{name: batch.column(name) for name in keep}, **said})

    frame = selected(people, model.recipe_.kinds if model.recipe_ else ((), (), ()), keep)
    kept = ", ".join(f"{name} {people.schema[name].dataType.simpleString()}" for name in keep)
    return frame.mapInArrow(compute, f"{kept}, chance double, chance_reasons {REASONS}")


def reasons(model: Propensity, batch: pa.RecordBatch, most: int) -> pa.Array:
    """Return of each row its strongest reasons, the strongest first, of equally strong ones by name; negligible ones are none."""
    parts = dict(sorted(model.parts(batch).items()))
    names = list(parts)
    moved = np.column_stack([parts[name] for name in names]) if names else np.zeros((batch.num_rows, 0))
    order = np.argsort(-np.abs(moved), axis=1, kind="stable")[:, :most]
    values = {name: batch.column(name).to_pylist() for name in {names[place] for place in np.unique(order)}}
    out = []
    for row, places in enumerate(order):
        out.append(
            [
                _reason(names[place], values[names[place]][row], float(moved[row, place]))
                for place in places
                if abs(moved[row, place]) > SHARP
            ]
        )
    fields = [("feature", pa.string()), ("value", pa.string()), ("log_odds", pa.float64())]
    words = [("reason_en", pa.string()), ("reason_zh", pa.string())]
    return pa.array(out, pa.list_(pa.struct([*fields, *words])))


def _reason(name: str, value: object, moved: float) -> dict[str, object]:
    said = shown(value)
    english, chinese = in_words(name, said)
    return {"feature": name, "value": said, "log_odds": round(moved, 6), "reason_en": english, "reason_zh": chinese}
