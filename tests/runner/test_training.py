"""Whether a training is due and what is noted of it, over books and a registry that are held in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from learnlake.lake.slices import Slice, Slices
from learnlake.lake.stage import ModelNode, Training, train
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import EVENTS
from learnlake.modelling.gate import Bar, Candidate, Decision
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.versions import Version, in_force
from learnlake.runner.ledger import DONE, UNPUBLISHED, Entry
from learnlake.runner.training import Trainer, with_cost
from tests.modelling.level import Level

NODE = ModelNode("propensity_test", Level)
APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)


@train(reads=(USER_FEATURES,), makes=NODE)
def learned(features: object) -> Candidate:
    raise NotImplementedError


@dataclass
class Books:
    """Inputs and ledger in one: code, and how many rows of the log were ever added or taken, as a test sets them."""

    code: str = "code1"
    churn: int = 100
    share: float = 0.05
    done: dict[tuple[str, date], Entry] = field(default_factory=dict)
    decisions: list[tuple[str, str, bool]] = field(default_factory=list)

    @property
    def ledger(self) -> Books:
        return self

    def way(self, _: Training) -> str:
        return self.code

    @property
    def conf(self) -> SimpleNamespace:
        return SimpleNamespace(of=lambda _: ModelSettings(retrain_above_share=self.share))

    @property
    def store(self) -> SimpleNamespace:
        """A log whose 100 rows lie on a day of March, and one of a day that has not come yet."""
        held = {date(2026, 3, 1): Slice(100, self.churn, self.churn, 0), date(2027, 1, 1): Slice(900, 1, 900, 0)}
        return SimpleNamespace(slices=Slices({EVENTS.full_name: held}))

    def signature(self, _: Training, __: date) -> str:
        return f"{self.code}:data"

    def versions(self, *_: object) -> dict[str, int]:
        return {"gold.user_features": 1}

    def last(self, step: str, as_of: date) -> Entry | None:
        return self.done.get((step, as_of))

    def decided(self, model: str, _: date, number: str, __: Candidate, decision: Decision) -> None:
        self.decisions.append((model, number, decision.is_published))


@dataclass
class Registry:
    """Versions, and what was logged with the newest."""

    held: list[Version] = field(default_factory=list)
    logged: tuple[Candidate, Mapping[str, int]] | None = None

    def before(self, _: ModelNode, train_day: date) -> Version | None:
        return in_force(v for v in self.held if v.train_day < train_day)

    def is_withdrawn(self, _: ModelNode, train_day: date) -> bool:
        return any(v.is_withdrawn for v in self.held if v.train_day == train_day)

    def log(
        self, _: ModelNode, train_day: date, candidate: Candidate, decision: Decision, read: Mapping[str, int]
    ) -> str:
        self.held.append(Version(str(len(self.held) + 1), train_day, decision.is_published))
        self.logged = (candidate, read)
        return self.held[-1].number


class Nightly:
    """Trains for days and keeps the books, as the runner does."""

    def __init__(self, level: float = 0.5) -> None:
        self.books, self.registry, self.level = Books(), Registry(), level
        self.handed: list[Any] = []

    def fitted(self, _: Training, __: date, known: dict[ModelNode, Version]) -> Candidate:
        self.handed.append(known)
        return Candidate(Level(self.level), (Bar("pr_auc", self.level, 0.4, "of chance"),), cost={"rows": 12})

    def run(self, day: date) -> Entry | None:
        entry = Trainer(self.books, self.registry, self.fitted, (EVENTS,)).train(learned, day)
        if entry:
            self.books.done[learned.name, day] = entry
        return entry


def withdraw(nightly: Nightly, number: str) -> None:
    held = nightly.registry.held
    nightly.registry.held = [Version(v.number, v.train_day, v.is_published, v.number == number) for v in held]


def test_a_training_is_logged_with_its_data_and_cost_and_a_rerun_does_nothing() -> None:
    nightly = Nightly()
    entry = nightly.run(APRIL)
    assert (entry.status, entry.versions_read) == (DONE, {"gold.user_features": 1})
    assert nightly.books.decisions == [("propensity_test", "1", True)]
    candidate, read = nightly.registry.logged
    assert read == {"gold.user_features": 1}
    assert set(candidate.cost) == {"rows", "seconds", "peak_memory_mb"}
    assert nightly.run(APRIL) is None


def test_a_refused_one_is_noted_and_the_next_competes_with_the_one_in_force() -> None:
    nightly = Nightly()
    nightly.run(APRIL)
    nightly.level = 0.3
    assert nightly.run(MAY).status == UNPUBLISHED
    nightly.run(JUNE)
    assert [known[NODE].number for known in nightly.handed[1:]] == ["1", "1"]


def test_after_a_rollback_neither_a_rerun_nor_late_data_train_that_day_again() -> None:
    nightly = Nightly()
    for day in (APRIL, MAY):
        nightly.run(day)
    withdraw(nightly, "2")
    assert nightly.run(MAY) is None
    nightly.books.churn = 200
    assert nightly.run(MAY) is None
    assert nightly.run(APRIL) is not None, "so much late data train a day anew whose version stands"
    assert nightly.run(JUNE) is not None
    assert nightly.handed[-1][NODE].number == "3", "the one in force in June is April's, trained anew"


@pytest.mark.parametrize(
    ("share", "late", "is_trained"),
    [(0.05, 5, False), (0.05, 6, True), (0.0, 1, True), (0.0, 0, False), (1.0, 100, False)],
)
def test_a_train_day_that_is_done_stays_done_until_more_than_a_share_of_its_rows_came_or_went(
    share: float, late: int, *, is_trained: bool
) -> None:
    nightly = Nightly()
    nightly.books.share = share
    nightly.run(APRIL)
    nightly.books.churn += late
    assert (nightly.run(APRIL) is not None) == is_trained
    assert nightly.run(APRIL) is None, "what it has seen now is no news"


def test_other_code_or_settings_may_train_a_withdrawn_day_again() -> None:
    nightly = Nightly()
    for day in (APRIL, MAY):
        nightly.run(day)
    withdraw(nightly, "2")
    nightly.books.code = "code2"
    assert nightly.run(MAY).status == DONE


@pytest.mark.parametrize("rows", [{}, {"rows": 7.0}])
def test_cost_is_added_to_what_the_training_said(rows: dict[str, float]) -> None:
    cost = with_cost(Candidate(None, cost=rows), 1.23456).cost
    assert cost == {**rows, "seconds": 1.235, "peak_memory_mb": cost["peak_memory_mb"]}
    assert 20 < cost["peak_memory_mb"] < 1_000_000
