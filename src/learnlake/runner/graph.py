"""The graph: which step needs which, from what they declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from learnlake.lake.sources import Source, Sources
from learnlake.lake.stage import Arrivals, Stage, Step, tables_of


@dataclass(frozen=True)
class Landing:
    """The node of a source: its raw files become its bronze table."""

    source: Source

    @property
    def name(self) -> str:
        """The bronze table it fills."""
        return self.source.bronze.full_name


Node = Step | Landing


@dataclass(frozen=True)
class Graph:
    """Nodes in an order in which each comes after what it needs."""

    nodes: tuple[Node, ...]
    needs: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, steps: tuple[Step, ...], sources: Sources) -> Graph:
        """Derive the graph; the order is the same every time."""
        nodes: dict[str, Node] = {f"bronze.{name}": Landing(source) for name, source in sorted(sources.files.items())}
        steps = tuple(step for step in steps if _has_input(step, sources))
        nodes |= {step.name: step for step in steps}
        needs = {name: frozenset(_needs(node, sources)) & frozenset(nodes) for name, node in nodes.items()}
        order = TopologicalSorter(needs).static_order()
        return cls(tuple(nodes[name] for name in order), needs)

    def must_have(self, node: Node) -> frozenset[str]:
        """Return the steps without whose tables a node cannot work: a raw source may be missing, and a model be an older one."""
        tables = {held.name for held in self.nodes if isinstance(held, Stage)}
        return self.needs[node.name] & tables

    def upstream(self, names: frozenset[str]) -> frozenset[str]:
        """Return nodes and all that they need."""
        found = set(names)
        for node in reversed(self.nodes):
            if node.name in found:
                found |= self.needs[node.name]
        return frozenset(found)

    def downstream(self, names: frozenset[str]) -> frozenset[str]:
        """Return nodes and all that need them."""
        found = set(names)
        for node in self.nodes:
            if self.needs[node.name] & found:
                found.add(node.name)
        return frozenset(found)


def is_dated(node: Node) -> bool:
    """Say whether a node is run for a day."""
    if isinstance(node, Landing):
        return False
    return not isinstance(node, Stage) or any(column.name == "as_of_date" for column in node.writes.columns)


def _has_input(step: Step, sources: Sources) -> bool:
    arrivals = [read for read in step.reads if isinstance(read, Arrivals)]
    return all(sources.into(read.target) for read in arrivals)


def _needs(node: Node, sources: Sources) -> set[str]:
    if isinstance(node, Landing):
        return set()
    out = {table.full_name for table in tables_of(node.reads)} - {node.name}
    for read in node.reads:
        if isinstance(read, Arrivals):
            for source in sources.into(read.target):
                out |= {source.bronze.full_name, *(f"bronze.{lookup.source}" for lookup in source.lookups.values())}
    if isinstance(node, Stage):
        out |= {f"model.{model.name}" for model in node.uses}
    return out
