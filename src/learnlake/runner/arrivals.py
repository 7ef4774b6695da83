"""Silver from bronze: what arrived since last time is mapped and settled, and every row of it is accounted for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pyspark.sql import functions as F

from learnlake.errors import ConfError, LearnlakeError
from learnlake.lake import columns as c
from learnlake.lake.settling import Fate
from learnlake.lake.sources import Source, Sources
from learnlake.lake.stage import Stage
from learnlake.lake.table import Table
from learnlake.lake.tables.ops import REJECTS
from learnlake.runner.graph import Graph
from learnlake.runner.inputs import Inputs
from learnlake.runner.ledger import DONE, Entry


@dataclass(frozen=True)
class Settler:
    """Maps new bronze rows into a silver table.

    Attributes:
        inputs: store, ledger and conf.
        called: calls the stage with the rows by source; returns its flagged rows.
    """

    inputs: Inputs
    called: Callable[[Stage, dict[str, Any]], Any]

    def settle(self, node: Stage, failed: frozenset[str]) -> Entry | None:
        """Settle what came since last time; check that each (source, mapping) adds up to what bronze has.

        A source whose landing failed is left out, and so is one that looks records up in such a source: their rows stay in
        bronze, unread, and are mapped by the first run in which all can be read. A table that was made before goes on as it is.

        Args:
            node: the stage.
            failed: the landings that failed in this run, by name.

        Returns:
            What became of the rows, None where there was nothing new.

        Raises:
            LearnlakeError: if none of its sources could ever be read, or the rows do not add up.
        """
        sources = self.inputs.conf.of(Sources).into(node.writes)
        unread = {source.source for source in sources if reads_of(source) & failed}
        last = self.inputs.ledger.last(node.name)
        if len(unread) == len(sources) and not last:
            raise LearnlakeError("left out: none of its sources could be read.")
        ways = {source.source: source.fingerprint() for source in sources if source.source not in unread}
        known = last.versions_read if last else {}
        versions = self.inputs.versions(node.reads, None)
        for source in (source for source in sources if source.source in unread):
            versions.pop(source.bronze.full_name, None)  # what was read of it before stays read
            versions |= {name: v for name, v in known.items() if name == source.bronze.full_name}
        mended = self._mended(last, ways, node.writes)
        if last and versions == known and not mended:
            return None
        arrivals = {s.source: self.inputs.arrived(s, last) for s in sources if s.source not in unread}
        fates = self.inputs.store.settle(self.called(node, arrivals), node.writes)
        self.inputs.ledger.refuse_unbalanced(node.name, fates)
        _refuse_lost(fates, arrivals, node)
        left_out = f"without {', '.join(sorted(unread))}, which could not be read" if unread else ""
        return Entry(
            node.name,
            None,
            DONE,
            fates,
            versions_read=versions,
            message="; ".join(said for said in (left_out, mended) if said),
            version_written=self.inputs.store.version(node.writes),
            signature=" ".join(
                f"{name}:{way}" for name, way in (ways | _ways_of(last)).items()
            ),  # a mended one stays as noted
        )

    def _mended(self, last: Entry | None, ways: dict[str, str], table: Table) -> str:
        """Say which rows a mended mapping would change; they change only when asked for with --rebuild."""
        old, said = _ways_of(last), []
        for name in (name for name, way in ways.items() if name in old and old[name] != way):
            rows = self.inputs.store.read(table).where(F.col(c.SOURCE.name) == name).count()
            said.append(
                f"conf/sources/{name}.yml has changed since {rows} rows of {table.full_name} were made of it: `run --rebuild --source {name}` makes them anew"
            )
        return "; ".join(said)


def reads_of(source: Source) -> set[str]:
    """Return the bronze tables that a source's mappings need: its own, and those of its lookups."""
    return {source.bronze.full_name, *(f"bronze.{lookup.source}" for lookup in source.lookups.values())}


def _ways_of(last: Entry | None) -> dict[str, str]:
    """Return how each source was mapped, as the newest finished run noted it."""
    return dict(part.split(":") for part in last.signature.split()) if last else {}


def _refuse_lost(fates: tuple[Fate, ...], arrivals: dict[str, Any], node: Stage) -> None:
    for name, rows in arrivals.items():
        count = rows.count()
        for fate in (fate for fate in fates if fate.source == name and fate.read != count):
            raise LearnlakeError(
                f"{node.name}: bronze.{name} handed over {count} rows, but mapping {fate.mapping} accounts for {fate.read}; the mapping loses or repeats rows."
            )


def forget_mappings(inputs: Inputs, graph: Graph, source: str) -> None:
    """Take away all that one source's mappings made and note that it was never mapped, so that it is mapped anew.

    Its bronze rows stay. The note comes first: killed at any point, the next run maps the source again.

    Raises:
        ConfError: for an unknown source.
    """
    if source not in inputs.conf.of(Sources).files:
        raise ConfError(f"--source: unknown source `{source}`; known: {', '.join(inputs.conf.of(Sources).files)}.")
    for node in graph.nodes:
        last = inputs.ledger.last(node.name)
        bronze = f"bronze.{source}"
        if isinstance(node, Stage) and last and bronze in last.versions_read:
            kept_versions = {name: v for name, v in last.versions_read.items() if name != bronze}
            way = " ".join(part for part in last.signature.split() if part.split(":")[0] != source)
            said = f"{source} is to be mapped anew"
            forgotten = replace(last, versions_read=kept_versions, signature=way, message=said)
            inputs.ledger.write(forgotten, started_at=inputs.ledger.now())
            inputs.ledger.flush()
            inputs.store.forget(node.writes, source)
    inputs.store.forget(REJECTS, source)
