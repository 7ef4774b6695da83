"""How work is described: pure functions of frames, with the tables they stand between.

``stage`` and ``train`` wrap nothing: they return frozen records that are called like the function. The runner, the lineage
and the tests read those records.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from learnlake.lake.table import Past, Table
from learnlake.settings import Conf, Section


@dataclass(frozen=True)
class Before:
    """The newest day of a table that is at least ``days`` earlier than ``as_of``; an empty frame where there is none."""

    table: Table
    days: int = 1


@dataclass(frozen=True)
class Arrivals:
    """The bronze rows that came since last time, of every source with a mapping into ``target``.

    The stage is handed a mapping from the source's name to its rows.
    """

    target: Table


@dataclass(frozen=True)
class EachSlice:
    """The slices of a table in which something changed since last time, each made into a slice of the table that is written.

    Attributes:
        table: the table whose rows are handed over.
        beside: tables with history whose rows a slice may use as far as they were visible by its day.
    """

    table: Table
    beside: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Recent:
    """The last ``days`` slices of a table up to ``as_of``, itself included; what changes before them is no news."""

    table: Table
    days: int


Read = Table | Before | Past | Arrivals | EachSlice | Recent


@dataclass(frozen=True)
class ModelNode:
    """A model as a node of the graph: trained by one ``@train``, used by stages.

    Attributes:
        name: name in the registry and in ops.models.
        kind: the class that can load what was saved.
        per: of a family, what gives the names of the files of conf for each of which there is one model; else None.
        file: of a member of a family, the name of its file; empty for a model that stands alone.
    """

    name: str
    kind: type[Any]
    per: Callable[[Conf], tuple[str, ...]] | None = None
    file: str = ""

    def members(self, conf: Conf) -> tuple[ModelNode, ...]:
        """Return the models of a family under a conf; a model that stands alone is its own family."""
        if self.per is None:
            return (self,)
        return tuple(replace(self, name=f"{self.name}_{file}", per=None, file=file) for file in self.per(conf))


@dataclass(frozen=True)
class Published:
    """A published model that a stage is handed, and the number of its version."""

    model: Any
    version: str


def nothing(_: Conf) -> str:
    """Say of a step that has something to do under any conf what it lacks: nothing."""
    return ""


@dataclass(frozen=True)
class Stage:
    """One table's making: a pure function and what it declares."""

    build: Callable[..., Any]
    reads: tuple[Read, ...]
    writes: Table
    uses: tuple[ModelNode, ...]
    eager: str
    lacks: Callable[[Conf], str] = nothing

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself."""
        return self.build(*args, **kwargs)

    @property
    def name(self) -> str:
        """The table it makes."""
        return self.writes.full_name


@dataclass(frozen=True)
class Training:
    """One model's making: a function that returns a candidate, and what it declares."""

    fit: Callable[..., Any]
    reads: tuple[Read, ...]
    makes: ModelNode
    lacks: Callable[[Conf], str] = nothing

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself."""
        return self.fit(*args, **kwargs)

    @property
    def name(self) -> str:
        """The model it makes."""
        return f"model.{self.makes.name}"


Step = Stage | Training


@dataclass(frozen=True)
class Answer:
    """An answer to a person: a pure function of frames, and the tables it looks at."""

    tell: Callable[..., Any]
    reads: tuple[Table, ...]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself."""
        return self.tell(*args, **kwargs)

    @property
    def name(self) -> str:
        """The function's name."""
        return self.tell.__name__


def answer(*, reads: tuple[Table, ...]) -> Callable[[Callable[..., Any]], Answer]:
    """Declare a function of frames, in the order of ``reads``, as an answer; it returns a frame of few rows.

    It is handed whole tables and asks by keyword for what a person gave, such as ``user``.
    """
    return lambda tell: Answer(tell, reads)


def stage(
    *,
    reads: tuple[Read, ...],
    writes: Table,
    uses: tuple[ModelNode, ...] = (),
    eager: str = "",
    lacks: Callable[[Conf], str] = nothing,
) -> Callable[[Callable[..., Any]], Stage]:
    """Declare a function of frames, in the order of ``reads``, as the maker of a table.

    What else it needs it asks for by keyword: ``as_of`` (date), ``models`` (the published ones among those it ``uses``, by the
    name of their file of conf, else their own), ``table`` (the contract as conf widened it), and any parameter annotated with
    a :class:`Section` (that section of conf).
    It may return rows with a column ``reasons``: those with a reason go to ops.rejects.

    Args:
        reads: what it reads, in the order of its frames.
        writes: the one table it makes.
        uses: the models it scores with; a family stands for all its members.
        eager: why it must run jobs of its own, where it must; else empty.
        lacks: says in few words what a conf lacks for it to have anything to do; where that is something, the step is left out.
    """
    return lambda build: Stage(build, reads, writes, uses, eager, lacks)


def train(
    *, reads: tuple[Read, ...], makes: ModelNode, lacks: Callable[[Conf], str] = nothing
) -> Callable[[Callable[..., Any]], Training]:
    """Declare a function of frames as the maker of a model; it returns a ``modelling.gate.Candidate``.

    Its ``as_of`` is the train day. It may run jobs, for fitting is one; it reads no storage and no clock all the same. Besides
    what a stage may ask for, it is offered ``current`` (the model published before the train day, or None) and ``file`` (the
    name of the file of conf that a member of a family is trained for).
    """
    return lambda fit: Training(fit, reads, makes, lacks)


def spread(step: Step, conf: Conf) -> tuple[Step, ...]:
    """Put the members of families in the place of the families: a training becomes one for each file of conf."""
    if isinstance(step, Training):
        return tuple(replace(step, makes=node) for node in step.makes.members(conf))
    return (replace(step, uses=tuple(node for family in step.uses for node in family.members(conf))),)


def asked(function: Callable[..., Any]) -> dict[str, Any]:
    """Return what a stage or training asks for by keyword: name -> annotation."""
    return {
        name: parameter
        for name, parameter in inspect.get_annotations(function, eval_str=True).items()
        if inspect.signature(function).parameters.get(name) is not None
        and inspect.signature(function).parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
    }


def sections_of(function: Callable[..., Any]) -> dict[str, type[Section]]:
    """Return the sections of conf that a stage or training asks for: parameter -> class."""
    return {
        name: kind for name, kind in asked(function).items() if isinstance(kind, type) and issubclass(kind, Section)
    }


def tables_of(reads: tuple[Read, ...]) -> tuple[Table, ...]:
    """Return the stored tables behind some reads, side tables included; arrivals are named by conf and absent."""
    out: list[Table] = []
    for read in reads:
        if isinstance(read, Table):
            out += read.parts or (read,)
        elif isinstance(read, Before | Past):
            out.append(read.table)
        elif isinstance(read, Recent):
            out += read.table.parts or (read.table,)
        elif isinstance(read, EachSlice):
            out += [read.table, *read.beside]
    return tuple(out)
