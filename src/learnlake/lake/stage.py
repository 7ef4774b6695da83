"""How work is described: pure functions of frames, with the tables they stand between.

``stage`` and ``train`` wrap nothing: they return frozen records that are called like the function. The runner, the lineage
and the tests read those records.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from learnlake.lake.columns import Named
from learnlake.lake.table import Past, Table
from learnlake.settings import Section


@dataclass(frozen=True)
class Before:
    """The newest day of a table that is earlier than ``as_of``; an empty frame where there is none."""

    table: Table


@dataclass(frozen=True)
class Arrivals:
    """The bronze rows that came since last time, of every source with a mapping into ``target``.

    The stage is handed a mapping from the source's name to its rows.
    """

    target: Table


@dataclass(frozen=True)
class Touched:
    """All rows of the groups in which something changed since last time.

    Attributes:
        table: the table whose rows are handed over.
        by: the column that forms the groups, such as the event date.
        through: tables with history whose change touches every row of ``table`` with their key from their ``known_from`` on.
    """

    table: Table
    by: Named
    through: tuple[tuple[Table, Named], ...] = ()


Read = Table | Before | Past | Arrivals | Touched


@dataclass(frozen=True)
class ModelNode:
    """A model as a node of the graph: trained by one ``@train``, used by stages.

    Attributes:
        name: name in the registry and in ops.models.
        kind: the class that can load what was saved.
    """

    name: str
    kind: type[Any]


@dataclass(frozen=True)
class Stage:
    """One table's making: a pure function and what it declares."""

    build: Callable[..., Any]
    reads: tuple[Read, ...]
    writes: Table
    uses: ModelNode | None
    eager: str

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

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself."""
        return self.fit(*args, **kwargs)

    @property
    def name(self) -> str:
        """The model it makes."""
        return f"model.{self.makes.name}"


Step = Stage | Training


def stage(
    *, reads: tuple[Read, ...], writes: Table, uses: ModelNode | None = None, eager: str = ""
) -> Callable[[Callable[..., Any]], Stage]:
    """Declare a function of frames, in the order of ``reads``, as the maker of a table.

    What else it needs it asks for by keyword: ``as_of`` (date), ``model`` (the one it ``uses``), ``table`` (the contract as
    conf widened it), and any parameter annotated with a :class:`Section` (that section of conf).
    It may return rows with a column ``reasons``: those with a reason go to ops.rejects.

    Args:
        reads: what it reads, in the order of its frames.
        writes: the one table it makes.
        uses: the model it scores with.
        eager: why it must run jobs of its own, where it must; else empty.
    """
    return lambda build: Stage(build, reads, writes, uses, eager)


def train(*, reads: tuple[Read, ...], makes: ModelNode) -> Callable[[Callable[..., Any]], Training]:
    """Declare a function of frames as the maker of a model; it returns a ``modelling.gate.Candidate``.

    Its ``as_of`` is the train day. It may run jobs, for fitting is one; it reads no storage and no clock all the same.
    """
    return lambda fit: Training(fit, reads, makes)


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
    """Return the fixed tables behind some reads, side tables included; arrivals are named by conf and absent."""
    out: list[Table] = []
    for read in reads:
        if isinstance(read, Table):
            out.append(read)
        elif isinstance(read, Before | Past):
            out.append(read.table)
        elif isinstance(read, Touched):
            out += [read.table, *(side for side, _ in read.through)]
    return tuple(out)
