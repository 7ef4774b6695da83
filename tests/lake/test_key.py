import hashlib
import hmac
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from learnlake.errors import LearnlakeError
from learnlake.lake.key import VARIABLE, KeySettings, fingerprint, key_of
from learnlake.pipeline import SECTIONS
from learnlake.settings import load
from tests.conftest import ROOT

LONG = "0123456789abcdef"


@pytest.fixture(autouse=True)
def _no_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def settings(tmp_path: Path, *, may_be_made: bool) -> KeySettings:
    return KeySettings(file=str(tmp_path / "keys" / "key"), may_be_made=may_be_made)


def key(tmp_path: Path, *, may_be_made: bool = False) -> bytes:
    return key_of(settings(tmp_path, may_be_made=may_be_made), str(tmp_path / "lake"))


def test_a_key_file_is_made_on_first_use_and_read_ever_after(tmp_path):
    made = key(tmp_path, may_be_made=True)
    assert len(made) == 64
    assert key(tmp_path, may_be_made=True) == key(tmp_path) == made


def test_a_made_key_file_is_for_its_owner_alone(tmp_path):
    key(tmp_path, may_be_made=True)
    assert stat.S_IMODE((tmp_path / "keys" / "key").stat().st_mode) == 0o600


def test_who_needs_a_key_at_the_same_time_gets_the_same_one(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: key(tmp_path, may_be_made=True), range(32)))
    assert len(made) == 1
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["key"]


def test_two_made_keys_differ(tmp_path):
    assert key(tmp_path / "one", may_be_made=True) != key(tmp_path / "two", may_be_made=True)


def test_where_none_may_be_made_a_missing_key_is_refused(tmp_path):
    with pytest.raises(
        LearnlakeError, match=r"there is no key for the keyed hashes at .*: put it there, or set LEARNLAKE_KEY"
    ):
        key(tmp_path)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_the_shipped_conf_takes_no_key_from_a_file_where_data_are_shared(tmp_path, env):
    shipped = load(ROOT / "conf", env, SECTIONS).of(KeySettings)
    with pytest.raises(
        LearnlakeError, match=r"there is no key for the keyed hashes: set LEARNLAKE_KEY .* from your secret store"
    ):
        key_of(shipped, str(tmp_path / "lake"))


def test_the_environment_comes_before_the_file(tmp_path, monkeypatch):
    key(tmp_path, may_be_made=True)
    monkeypatch.setenv(VARIABLE, f"  {LONG}\n")
    assert key(tmp_path) == LONG.encode()


@pytest.mark.parametrize(("given", "found"), [("", 0), ("   ", 0), (LONG[:15], 15)])
def test_a_key_that_is_too_short_is_refused_without_being_shown(tmp_path, monkeypatch, given, found):
    monkeypatch.setenv(VARIABLE, given)
    with pytest.raises(LearnlakeError, match=f"has {found} characters; give LEARNLAKE_KEY at least 16") as caught:
        key(tmp_path)
    assert LONG[:15] not in str(caught.value)


def test_a_key_file_that_is_too_short_is_refused(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "key").write_text("short\n", encoding="utf-8")
    with pytest.raises(LearnlakeError, match="has 5 characters"):
        key(tmp_path)


@pytest.mark.parametrize("may_be_made", [True, False])
def test_a_key_file_inside_the_lake_is_refused(tmp_path, may_be_made):
    inside = KeySettings(file=str(tmp_path / "lake" / ".." / "lake" / "key"), may_be_made=may_be_made)
    with pytest.raises(LearnlakeError, match="lies inside the lake"):
        key_of(inside, str(tmp_path / "lake"))
    with pytest.raises(LearnlakeError, match="lies inside the lake"):
        key_of(inside, (tmp_path / "lake").as_uri())
    assert not (tmp_path / "lake").exists()


def test_a_fingerprint_tells_keys_apart_and_is_no_hash_of_the_key_alone():
    one, two = fingerprint(b"a" * 16), fingerprint(b"b" * 16)
    assert one != two
    assert one == fingerprint(b"a" * 16)
    assert len(one) == 16
    assert not hashlib.sha256(b"a" * 16).hexdigest().startswith(one)
    assert not hmac.digest(b"a" * 16, b"", hashlib.sha256).hex().startswith(one)
