"""Bronze: raw files land once, harmless, with what cannot be parsed beside them.

A file that has changed since, one that is appended to or written anew each day, is read again: rows that are not there yet are added,
none is taken away, and what is gone from the file is counted and said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import sleep

from pyspark.sql import DataFrame, Observation, Window
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.lake import columns as c
from learnlake.lake.key import fingerprint
from learnlake.lake.raw import RawFile, found, records
from learnlake.lake.rules import is_rejected, is_sound
from learnlake.lake.settling import Fate, held
from learnlake.lake.sources import Source
from learnlake.lake.store import Store
from learnlake.lake.tables.ops import REJECTS

MAPPING = "bronze"
KEY_NOTE = "key_fingerprint"
TURN = "_turn"
YOUNG, WATCHED = timedelta(minutes=1), timedelta(seconds=0.5)


@dataclass(frozen=True)
class FileNote:
    """What the books say of one raw file as it was when it was read.

    Attributes:
        name: its path below the source's root.
        size: in bytes.
        modified_at: when it was last changed, UTC.
        version: Delta version of the bronze table after it.
        digest: of its records, taken where it had changed; else None.
        rows: of it in bronze.
        refused: lines of it in ops.rejects.
        gone: rows in bronze that the file has no longer.
    """

    name: str
    size: int
    modified_at: datetime
    version: int
    digest: int | None = None
    rows: int = 0
    refused: int = 0
    gone: int = 0


@dataclass(frozen=True)
class Landed:
    """What became of a source's records in a run, what is to be said, and what the books are to say of its files."""

    fate: Fate
    message: str
    notes: tuple[FileNote, ...]


@dataclass(frozen=True)
class Found:
    """The files of a source that have news: new ones, those to be looked at again, and those left for the next night.

    ``old`` landed when names were not yet told in plain letters; the books are only told of them.
    """

    fresh: tuple[RawFile, ...]
    again: tuple[RawFile, ...]
    old: tuple[RawFile, ...] = ()
    moving: tuple[RawFile, ...] = ()

    @property
    def every(self) -> tuple[RawFile, ...]:
        """All that are read now."""
        return (*self.fresh, *self.again)


def land(store: Store, source: Source, key: bytes, notes: Mapping[str, FileNote], now: datetime) -> Landed | None:
    """Append the records of new files, and those that files which changed have gained, and refuse what cannot be parsed.

    A run that was killed before it told the books left files landed whose refused lines may not be: the table then has a newer version
    than the books know, and the files since are looked at again.

    Args:
        store: the lake.
        source: the source.
        key: of the keyed hashes; must be the one the table was begun with.
        notes: what the books say of the source's files, by name.
        now: the time, UTC; a file that changed a moment ago is watched for another, and left if it still changes.

    Returns:
        What became of the records, None where no file has news.

    Raises:
        LearnlakeError: for a missing path, other columns than promised, or another key.
    """
    _keep_to_one_key(store, source, key)
    files = _without_moving(store, source, wanted(store, source, notes), now)
    left = f"left for the next night, for it is still being written: {', '.join(f.name for f in files.moving)}"
    if not (files.every or files.old or files.moving):
        return None
    fate, gone, digests = _taken(store, source, files, key)
    lost = f"{sum(gone.values())} rows of {', '.join(sorted(gone))} are gone from the file; the lake keeps them"
    said = "; ".join(words for words, holds in ((left, files.moving), (lost, gone)) if holds)
    return Landed(fate, said, _noted(store, source, (*files.every, *files.old), gone, digests))


def wanted(store: Store, source: Source, notes: Mapping[str, FileNote]) -> Found:
    """Return the raw files of a source that have news for the lake, by what the books say of them.

    Raises:
        LearnlakeError: for a missing path.
    """
    files = found(store.spark, source)
    confirmed = max((note.version for note in notes.values()), default=None)
    untold = _landed_since(store, source, confirmed)
    fresh: list[RawFile] = []
    again: list[RawFile] = []
    old: list[RawFile] = []
    for file in files:
        note = next((notes[name] for name in file.spellings if name in notes), None)
        if file.name in untold or (note and (note.size, note.modified_at) != (file.size, file.modified_at)):
            again.append(file)
        elif note is None:
            (fresh if untold.isdisjoint(file.spellings) else old).append(file)
    return Found(tuple(fresh), tuple(again), tuple(old))


def _without_moving(store: Store, source: Source, files: Found, now: datetime) -> Found:
    """Leave out the files that change while one looks at them."""
    if not any(now - file.modified_at < YOUNG for file in files.every):
        return files
    sleep(WATCHED.total_seconds())
    there = set(found(store.spark, source))
    moving = tuple(file for file in files.every if file not in there)
    fresh, again = (tuple(file for file in held_ if file in there) for held_ in (files.fresh, files.again))
    return Found(fresh, again, files.old, moving)


def _keep_to_one_key(store: Store, source: Source, key: bytes) -> None:
    """Refuse a key other than the one the table was begun with: the same person would get a second pseudonym."""
    store.ensure(source.bronze, **{KEY_NOTE: fingerprint(key)})
    if store.notes(source.bronze).get(KEY_NOTE) != fingerprint(key):
        raise LearnlakeError(
            f"{source.bronze.full_name}: its identifiers were hashed with another key; give the key this lake was begun with."
        )


def _landed_since(store: Store, source: Source, confirmed: int | None) -> set[str]:
    """Return the files of which bronze has rows that the books do not know of."""
    newest = store.version(source.bronze)
    if newest in (None, 0) or (confirmed is not None and confirmed >= (newest or 0)):
        return set()
    rows = store.changes(source.bronze, confirmed).select(c.FILE.name).distinct().collect()  # a row a file
    return {row[0] for row in rows}


def _taken(store: Store, source: Source, files: Found, key: bytes) -> tuple[Fate, dict[str, int], dict[str, int]]:
    """Read the files and write what is new; return the fate of their records, and of those looked at again rows gone and digests."""
    read = kept = bad = known = 0
    gone: dict[str, int] = {}
    digests: dict[str, int] = {}
    if files.fresh:
        seen = Observation()
        rows = records(store.spark, source, files.fresh, key).observe(
            seen, F.count(F.lit(1)).alias("read"), F.count_if(is_rejected()).alias("bad")
        )
        kept = store.append(rows.where(is_sound()).drop(c.REASONS.name), source.bronze)
        read, bad = int(seen.get["read"]), int(seen.get["bad"])
    if files.again:
        with held(records(store.spark, source, files.again, key)) as rows:
            total, wrong = rows.count(), rows.where(is_rejected()).count()
            added, gone = _gained(store, source, files.again, rows.where(is_sound()).drop(c.REASONS.name))
            digest = F.sum(F.xxhash64(c.POSITION.name).cast("decimal(38,0)"))
            digests = {row[0]: int(row[1]) for row in rows.groupBy(c.FILE.name).agg(digest).collect()}  # a row a file
            read, kept, bad, known = read + total, kept + added, bad + wrong, total - wrong - added
    if bad:
        store.refuse(_refused(records(store.spark, source, files.every, key), source))
    return Fate(source.source, MAPPING, read, kept, bad, known, 0), gone, digests


def _gained(store: Store, source: Source, files: Collection[RawFile], sound: DataFrame) -> tuple[int, dict[str, int]]:
    """Append the records that files have gained; return how many, and how many rows of each file are gone from it."""
    there = _counted_off(store.read(source.bronze).where(F.col(c.FILE.name).isin([file.name for file in files])))
    is_same = [c.FILE.name, c.POSITION.name, TURN]
    now = _counted_off(sound)
    with held(now.join(there.select(*is_same), on=is_same, how="left_anti")) as new:
        added = new.count()
        lost = there.join(now.select(*is_same), on=is_same, how="left_anti").groupBy(c.FILE.name).count().collect()
        if added:
            store.append(new.select(*(k.name for k in source.bronze.columns)), source.bronze)
    return added, {row[0]: row["count"] for row in lost}


def _counted_off(rows: DataFrame) -> DataFrame:
    """Number the equal records of each file: of three that are there and four in the file one is new."""
    place = Window.partitionBy(c.FILE.name, c.POSITION.name).orderBy(c.RECEIVED.name)
    return rows.withColumn(TURN, F.row_number().over(place))


def _noted(
    store: Store, source: Source, files: Collection[RawFile], gone: Mapping[str, int], digests: Mapping[str, int]
) -> tuple[FileNote, ...]:
    """Say of each file what of it is in the lake now."""
    if not files:
        return ()
    rows = store.read(source.bronze).where(F.col(c.FILE.name).isin([file.name for file in files]))
    refused = store.read(REJECTS).where((F.col("source") == source.source) & (F.col("mapping") == MAPPING))
    bad = refused.groupBy(c.SOURCE_FILE.name).count()
    kept, left = (
        {row[0]: row["count"] for row in held_.collect()} for held_ in (rows.groupBy(c.FILE.name).count(), bad)
    )  # a row a file
    version = store.version(source.bronze) or 0
    return tuple(
        FileNote(
            file.name,
            file.size,
            file.modified_at,
            version,
            digests.get(file.name),
            kept.get(file.name, 0),
            left.get(file.name, 0),
            gone.get(file.name, 0),
        )
        for file in files
    )


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
