"""A propensity: the calibrated chance that something comes, whichever learner found it, and what moves it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame

from learnlake.errors import LearnlakeError, near_match
from learnlake.modelling.additive import Learned, contributions, margin
from learnlake.modelling.batches import Kinds, batch_of, in_memory, selected
from learnlake.modelling.boosting import Boosted
from learnlake.modelling.calibration import Calibration
from learnlake.modelling.drift import Reference
from learnlake.modelling.encoding import Encoder
from learnlake.modelling.learners import Linear
from learnlake.modelling.network import Network
from learnlake.modelling.recipe import Code, Recipe
from learnlake.modelling.splits import sampled
from learnlake.modelling.surrogate import Rule, Surrogate
from learnlake.modelling.trees import Trees

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
FILE = "propensity.json"
KINDS: dict[str, type[Any]] = {"linear": Linear, "trees": Trees, "boosted": Boosted, "network": Network}
LEARNERS = (
    "logistic_regression",
    "linear_svm",
    "decision_tree",
    "random_forest",
    "gradient_boosted_trees",
    "multilayer_perceptron",
    "xgboost",
)
"""All learners, the simplest to explain first."""
DEFAULT = ("logistic_regression", "xgboost")
LABEL = "label"


@dataclass(frozen=True)
class Propensity:
    """A chance learned from rows with a label of 0 or 1.

    Attributes:
        numeric, categorical, multiple: features by kind: numbers, words, lists of words.
        learners: which compete in ``fit``.
        seed: of whatever is drawn.
        at_most: rows a fit looks at.
        learner_: the one that won, and its settings.
        recipe_: how rows become numbers.
        learned_: what it learned.
        offset_: log of the share of zeros that it was shown, added to its margin: 0 where all were.
        calibration_: from margin to probability.
        centre_: some encoded rows of the fit, from which contributions are reckoned; rows x places.
        reference_: how the columns and chances were spread on the judged rows.
        quality_: what was measured there, by name.
        surrogate_: a few rules that stand in for the model.
    """

    numeric: tuple[str, ...]
    categorical: tuple[str, ...] = ()
    multiple: tuple[str, ...] = ()
    learners: tuple[str, ...] = DEFAULT
    seed: int = 7
    at_most: int = 100_000
    learner_: str = ""
    recipe_: Recipe | None = None
    learned_: Learned | None = None
    offset_: float = 0.0
    calibration_: Calibration | None = None
    centre_: tuple[tuple[float, ...], ...] = ()
    reference_: tuple[Reference, ...] = ()
    quality_: tuple[tuple[str, float], ...] = ()
    surrogate_: Surrogate | None = None

    @property
    def kinds(self) -> Kinds:
        """The features by kind."""
        return self.numeric, self.categorical, self.multiple

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that scoring reads: after selection fewer than the features."""
        return self._recipe().columns

    def fit(self, users: DataFrame) -> Self:
        """Return a copy fitted on at most ``at_most`` rows with ``user_id``, the features and ``label``.

        There being no time in these rows, a hash of the user decides which of them are learned from, tuned and calibrated by.

        Raises:
            LearnlakeError: if a column is missing, or if there are too few rows or only one outcome.
        """
        from learnlake.modelling.contest import best, shared  # the contest makes propensities, so it imports this

        self._refuse_lacking(users.columns, LABEL)
        chosen = sampled(users.select("user_id", LABEL, *sum(self.kinds, ())), "user_id", self.at_most)
        batch = in_memory(chosen, self.kinds, ("user_id", LABEL))
        return best(self, shared(batch, self.seed), users.sparkSession).model  # type: ignore[return-value]  # Self is final here

    def margins(self, batch: pa.RecordBatch) -> Vector:
        """Return the margin of each row, before calibration."""
        return margin(self._learned(), self._recipe().matrix(batch)) + self.offset_

    def chances(self, batch: pa.RecordBatch) -> Vector:
        """Return the probability of each row."""
        return calibrated(self._calibration(), self.margins(batch))

    def parts(self, batch: pa.RecordBatch) -> dict[str, Vector]:
        """Return what each column adds to the log of the odds of each row, places of one column added up."""
        recipe = self._recipe()
        raw = contributions(self._learned(), recipe.matrix(batch), np.array(self.centre_)) * self._calibration().scale
        out: dict[str, Vector] = {}
        for place, source in enumerate(recipe.sources):
            out[source] = out.get(source, 0.0) + raw[:, place]
        return out

    def score(self, users: DataFrame) -> DataFrame:
        """Return one row per row of ``users``: user_id, chance.

        Raises:
            LearnlakeError: if the model is not fitted or a column is missing.
        """
        recipe = self._recipe()
        self._refuse_lacking(users.columns)

        def compute(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                said = pa.array(self.chances(batch))
                yield pa.RecordBatch.from_pydict({"user_id": batch.column("user_id"), "chance": said})

        return selected(users, recipe.kinds, ("user_id",)).mapInArrow(compute, "user_id string, chance double")

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return a frame with ``chance`` for rows with the features, as a notebook has them."""
        missing = [name for name in self._recipe().columns if name not in rows.columns]
        if missing:
            raise LearnlakeError(f"the rows lack the column `{missing[0]}`; {near_match(missing[0], rows.columns)}")
        return pd.DataFrame({"chance": self.chances(batch_of(rows, self._recipe().kinds))})

    def _refuse_lacking(self, columns: Iterable[str], *more: str) -> None:
        held = list(columns)
        for name in (*more, *(self._recipe().columns if self.recipe_ else sum(self.kinds, ()))):
            if name not in held:
                raise LearnlakeError(
                    f"the rows lack the column `{name}`, which the model needs; {near_match(name, held)}"
                )

    def _recipe(self) -> Recipe:
        if self.recipe_ is None:
            raise LearnlakeError("this propensity is not fitted; fit it before it scores.")
        return self.recipe_

    def _learned(self) -> Learned:
        if self.learned_ is None:
            raise LearnlakeError("this propensity is not fitted; fit it before it scores.")
        return self.learned_

    def _calibration(self) -> Calibration:
        if self.calibration_ is None:
            raise LearnlakeError("this propensity is not calibrated; fit it before it scores.")
        return self.calibration_

    def save(self, folder: Path) -> None:
        """Write the model as one JSON file."""
        held = asdict(self)
        kind = next((name for name, known in KINDS.items() if isinstance(self.learned_, known)), "")
        (folder / FILE).write_text(json.dumps({**held, "kind": kind}, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote."""
        held = json.loads((folder / FILE).read_text(encoding="utf-8"))
        kind, learned, recipe, calibration = (
            held.pop(name) for name in ("kind", "learned_", "recipe_", "calibration_")
        )
        references, rules = held.pop("reference_"), held.pop("surrogate_")
        return cls(
            **_all_frozen(held),
            recipe_=_recipe_of(recipe) if recipe else None,
            learned_=KINDS[kind](**_all_frozen(learned)) if kind else None,
            calibration_=Calibration(calibration["scale"], _frozen(calibration["biases"])) if calibration else None,
            reference_=tuple(Reference(**_all_frozen(reference)) for reference in references),
            surrogate_=Surrogate(tuple(Rule(**_all_frozen(x)) for x in rules["rules"]), rules["fidelity"])
            if rules
            else None,
        )


def calibrated(calibration: Calibration, margins: Vector) -> Vector:
    """Turn margins of yes over no into probabilities of yes."""
    scores = np.column_stack([np.zeros(len(margins)), margins])
    return np.asarray(calibration.probabilities(scores)[:, 1])


def _recipe_of(held: dict[str, Any]) -> Recipe:
    encoder = Encoder(**_all_frozen(held["encoder"]))
    codes = tuple(Code(code["column"], _frozen(code["shares"]), code["other"]) for code in held["codes"])
    return Recipe(encoder, codes)


def _all_frozen(held: dict[str, Any]) -> dict[str, Any]:
    return {name: _frozen(value) for name, value in held.items()}


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
