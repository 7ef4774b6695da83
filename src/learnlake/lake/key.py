"""The key that turns personal columns into pseudonyms, and the hash that does it.

HMAC-SHA-256 (RFC 2104), shortened to 128 bits: without the key nobody can test a guess. Spark has no HMAC, so it is an Arrow
function; the key travels inside the serialised function and shows in no plan and no log.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
from pyspark.sql import Column
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.lake.catalogue import folder_of
from learnlake.settings import Section

VARIABLE = "LEARNLAKE_KEY"
SHORTEST = 16
HEX_DIGITS = 32


class KeySettings(Section):
    """Where the key comes from when the environment has none."""

    where: ClassVar[str] = "key"
    file: str | None = None
    may_be_made: bool = False


def key_of(settings: KeySettings, lake_root: str) -> bytes:
    """Return the key: from the environment, else from the key file, else newly made where conf allows it.

    Raises:
        LearnlakeError: if there is none and none may be made, if it is too short, or if the file lies inside the lake.
    """
    given = os.environ.get(VARIABLE)
    key = (given if given is not None else _from_file(settings, lake_root)).strip().encode()
    if len(key) < SHORTEST:
        raise LearnlakeError(
            f"the key for the keyed hashes has {len(key)} characters; give {VARIABLE} at least {SHORTEST}."
        )
    return key


def _from_file(settings: KeySettings, lake_root: str) -> str:
    if settings.file is None:
        raise LearnlakeError(
            f"there is no key for the keyed hashes: set {VARIABLE} (at least {SHORTEST} characters) from your secret store."
        )
    path = Path(settings.file).expanduser()
    if path.resolve().is_relative_to(folder_of(lake_root)):
        raise LearnlakeError(
            f"conf key `key.file`: {path} lies inside the lake, and whoever reads the lake would have it; move it elsewhere."
        )
    if not path.is_file():
        if not settings.may_be_made:
            raise LearnlakeError(
                f"there is no key for the keyed hashes at {path}: put it there, or set {VARIABLE} (at least {SHORTEST} characters)."
            )
        _make(path)
    return path.read_text(encoding="utf-8")


def _make(path: Path) -> None:
    """Write a key aside and link it into place: of several sources that need one at once, all get that of the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    aside.touch(mode=stat.S_IRUSR | stat.S_IWUSR)
    aside.write_text(secrets.token_hex(32) + "\n", encoding="utf-8")
    with suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()


def fingerprint(key: bytes) -> str:
    """Return what tells two keys apart without giving either away."""
    return hmac.digest(key, b"learnlake: fingerprint", hashlib.sha256).hex()[:16]


def keyed_hash(key: bytes) -> Callable[[Column], Column]:
    """Return a function of string columns: the keyed hash of each value, 32 hex digits; null stays null."""

    def digest(
        value: str | None,
    ) -> str | None:  # inside, so that it travels with the function: executors need no learnlake
        return None if value is None else hmac.digest(key, value.encode(), hashlib.sha256).hex()[:digits]

    digits = HEX_DIGITS

    @F.arrow_udf("string")  # type: ignore[attr-defined, untyped-decorator]  # pyspark exports it without a stub
    def hashed(values: pa.Array) -> pa.Array:
        coded = values.dictionary_encode()  # each distinct value of a batch is hashed once
        return pa.array([digest(value) for value in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)

    return hashed  # type: ignore[no-any-return]  # see above


MASKS = (
    (r"[\w.+-]+@[\w-]+(\.[\w-]+)+", "[e-mail]"),
    (r"https?://\S+", "[link]"),
    (r"(?<![\w])\+?\d[\d ()./-]{6,}\d", "[number]"),
)


def masked(text: Column) -> Column:
    """Put a word in place of e-mail addresses, links and long numbers (telephone, card, account)."""
    for pattern, word in MASKS:
        text = F.regexp_replace(text, pattern, word)
    return text
