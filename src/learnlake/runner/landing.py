"""Bronze: raw files land once, harmless, with what cannot be parsed beside them."""

from __future__ import annotations

from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.lake import columns as c
from learnlake.lake.key import fingerprint
from learnlake.lake.raw import RawFile, found, records
from learnlake.lake.rules import is_rejected, is_sound
from learnlake.lake.settling import Fate
from learnlake.lake.sources import Source
from learnlake.lake.store import Store

MAPPING = "bronze"
KEY_NOTE = "key_fingerprint"


def land(store: Store, source: Source, key: bytes, confirmed: int | None) -> Fate | None:
    """Append the records of files that have not landed yet, in one commit, and refuse what cannot be parsed.

    A run that was killed between the two left files landed whose refused lines are not; the ledger then confirms an older
    version than the table has, and the refused lines of the files since are taken again.

    Args:
        store: the lake.
        source: the source.
        key: of the keyed hashes; must be the one the table was begun with.
        confirmed: version of the bronze table that the ledger knows to be finished.

    Returns:
        What became of the records, None where no file has new ones; a file without records is looked at again each time,
        since it may still be written.

    Raises:
        LearnlakeError: for a missing path, other columns than promised, or another key.
    """
    table = source.bronze
    _keep_to_one_key(store, source, key)
    files = found(store.spark, source)
    landed = _landed(store, source)
    half_done = _landed_since(store, source, confirmed) if landed else set()
    fresh = tuple(file for file in files if landed.isdisjoint(file.spellings))
    again = tuple(file for file in files if not half_done.isdisjoint(file.spellings))
    if not fresh and not again:
        return None
    read = kept = bad = 0
    if fresh:
        seen = Observation()
        rows = records(store.spark, source, fresh, key).observe(
            seen, F.count(F.lit(1)).alias("read"), F.count_if(is_rejected()).alias("bad")
        )
        kept = store.append(rows.where(is_sound()).drop(c.REASONS.name), table)
        read, bad = int(seen.get["read"]), int(seen.get["bad"])
        if not read and not again and confirmed is not None:
            return None
    refused = _refuse(store, source, (*(fresh if bad else ()), *again), key)
    return Fate(source.source, MAPPING, read, kept, refused if not again else bad, 0, 0)


def fresh_files(store: Store, source: Source) -> tuple[RawFile, ...]:
    """Return the raw files of a source that have not landed yet.

    Raises:
        LearnlakeError: for a missing path.
    """
    landed = _landed(store, source)
    return tuple(file for file in found(store.spark, source) if landed.isdisjoint(file.spellings))


def _landed(store: Store, source: Source) -> set[str]:
    return {row[0] for row in store.read(source.bronze).select(c.FILE.name).distinct().collect()}  # a row a file


def _keep_to_one_key(store: Store, source: Source, key: bytes) -> None:
    """Refuse a key other than the one the table was begun with: the same person would get a second pseudonym."""
    store.ensure(source.bronze, **{KEY_NOTE: fingerprint(key)})
    if store.noted(source.bronze, KEY_NOTE) != fingerprint(key):
        raise LearnlakeError(
            f"{source.bronze.full_name}: its identifiers were hashed with another key; give the key this lake was begun with."
        )


def _landed_since(store: Store, source: Source, confirmed: int | None) -> set[str]:
    if confirmed is not None and confirmed >= (store.version(source.bronze) or 0):
        return set()
    return {
        row[0] for row in store.changes(source.bronze, confirmed).select(c.FILE.name).distinct().collect()
    }  # as above


def _refuse(store: Store, source: Source, files: tuple[RawFile, ...], key: bytes) -> int:
    if not files:
        return 0
    return store.refuse(_refused(records(store.spark, source, files, key), source))


def _refused(rows: DataFrame, source: Source) -> DataFrame:
    """Shape refused records for ops.rejects; of their content only the keyed hash is kept."""
    return rows.where(is_rejected()).select(
        F.lit(source.source).alias(c.SOURCE.name),
        F.lit(MAPPING).alias(c.MAPPING.name),
        F.col(c.FILE.name).alias(c.SOURCE_FILE.name),
        F.col(c.POSITION.name).alias(c.SOURCE_POSITION.name),
        F.col(c.RECEIVED.name).alias(c.RECEIVED_AT.name),
        c.REASONS.name,
        F.lit(None).cast("string").alias(c.ROW.name),
    )
