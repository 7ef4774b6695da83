"""Which version of a model is in force: a pure question to the list of its versions, whoever keeps that list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

CHAMPION, CHALLENGER = "champion", "challenger"


@dataclass(frozen=True)
class Version:
    """One version of a model in the registry.

    Attributes:
        number: its number, counted up from 1 by the registry.
        train_day: last day whose data the training saw.
        is_published: what the gate said; a withdrawal does not change it.
        is_withdrawn: whether somebody took it back.
        has_model: whether there is a model; a training may end without one.
        reason: why the gate decided so, or why the version was withdrawn, in a sentence.
        measured: the metrics that the gate looked at, in short.
        run_id: the MLflow run that made it.
    """

    number: str
    train_day: date
    is_published: bool
    is_withdrawn: bool = False
    has_model: bool = True
    reason: str = ""
    measured: str = ""
    run_id: str = ""

    @property
    def age(self) -> tuple[date, int]:
        """What versions are ordered by, the older first: train day, then number."""
        return self.train_day, int(self.number)


def in_force(versions: Iterable[Version]) -> Version | None:
    """Return the newest of these versions that was published, None where there is none.

    Of one train day only the newest version counts: a refusal takes the place of what was published for that day before. A
    withdrawn version counts as never made.
    """
    newest = {v.train_day: v for v in sorted(versions, key=lambda v: v.age) if not v.is_withdrawn}
    published = [v for v in newest.values() if v.is_published]
    return max(published, key=lambda v: v.age, default=None)


def challenger(versions: tuple[Version, ...]) -> Version | None:
    """Return the newest model that the gate refused, if it is newer than the one in force."""
    champion = in_force(versions)
    refused = [v for v in versions if v.has_model and not v.is_published and not v.is_withdrawn]
    newest = max(refused, key=lambda v: v.age, default=None)
    return newest if newest and (champion is None or newest.age > champion.age) else None


def standing(version: Version, versions: tuple[Version, ...]) -> str:
    """Say in a word what a version is among all: champion, challenger, published (once), refused or withdrawn."""
    if version.is_withdrawn:
        return "withdrawn"
    if version == in_force(versions):
        return CHAMPION
    if version == challenger(versions):
        return CHALLENGER
    return "published" if version.is_published else "refused"
