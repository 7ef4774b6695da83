from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field, ValidationError

from learnlake.errors import ConfError
from learnlake.settings import Conf, Section, Settings, load, validated


class Rate(Settings):
    currency: str
    rate: float = Field(gt=0)


class Shop(Section):
    where: ClassVar[str] = "shop"
    name: str = "corner"
    max_items: int = 3
    rates: tuple[Rate, ...] = ()
    options: dict[str, str] = Field(default={})


class Reader(Settings):
    path: str
    format: str = "csv"


class Entry(Settings):
    title: str
    read: Reader | None = None


class Entries(Section):
    where: ClassVar[str] = "entries/"
    files: dict[str, Entry]


def conf_of(folder: Path, files: Mapping[str, str], env: str = "local", given: Mapping[str, str] | None = None) -> Conf:
    for name, text in {"base.yml": "", "local.yml": "", **files}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return load(folder, env, (Shop, Entries), given or {})


def refusal(folder: Path, files: Mapping[str, str], env: str = "local") -> str:
    with pytest.raises(ConfError) as caught:
        conf_of(folder, files, env)
    return str(caught.value).replace(f"{folder}/", "")


def test_what_conf_leaves_out_keeps_its_default(tmp_path):
    assert conf_of(tmp_path, {"base.yml": "shop: {max_items: 5}"}).of(Shop) == Shop(name="corner", max_items=5)


def test_the_environment_is_laid_over_the_base_key_by_key(tmp_path):
    files = {
        "base.yml": "shop: {name: base, max_items: 5, options: {a: '1', b: '2'}}",
        "local.yml": "shop: {name: local, options: {b: '3'}}",
    }
    assert conf_of(tmp_path, files).of(Shop) == Shop(name="local", max_items=5, options={"a": "1", "b": "3"})


def test_an_environment_replaces_lists_whole(tmp_path):
    files = {
        "base.yml": "shop: {rates: [{currency: A, rate: 1}, {currency: B, rate: 2}]}",
        "local.yml": "shop: {rates: [{currency: C, rate: 3}]}",
    }
    assert conf_of(tmp_path, files).of(Shop).rates == (Rate(currency="C", rate=3),)


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("shop: {nam: x}", "base.yml (or local.yml): unknown key `shop.nam`; did you mean `name`?"),
        (
            "shop: {rates: [{currency: A, rate: 1, curency: B}]}",
            "base.yml (or local.yml): unknown key `shop.rates.0.curency`; did you mean `currency`?",
        ),
        ("shpo: {name: x}", "base.yml: unknown key `shpo`; did you mean `shop`?"),
        ("shop: {rates: [{currency: A}]}", "base.yml (or local.yml): key `shop.rates.0.rate` is missing; add it."),
        ("shop: [1, 2]", "base.yml (or local.yml): shop must hold keys and values, not list."),
        ("- 1", "base.yml: the file must hold keys and values, not list."),
    ],
)
def test_what_conf_should_not_say_is_refused_by_file_and_key(tmp_path, base, said):
    assert refusal(tmp_path, {"base.yml": base}) == said


@pytest.mark.parametrize(
    ("base", "key", "found"),
    [
        ("shop: {max_items: many}", "`shop.max_items`", "found `many`"),
        ("shop: {rates: [{currency: A, rate: -1}]}", "`shop.rates.0.rate`", "found `-1`"),
    ],
)
def test_a_wrong_type_or_bound_is_refused_with_what_was_found(tmp_path, base, key, found):
    said = refusal(tmp_path, {"base.yml": base})
    assert said.startswith(f"base.yml (or local.yml): key {key}: ")
    assert said.endswith(f"{found}.")


def test_a_missing_base_says_what_to_do(tmp_path):
    (tmp_path / "local.yml").touch()
    with pytest.raises(
        ConfError, match=r"base\.yml: the file is missing; copy it from the shipped conf/ or name another with --conf\."
    ):
        load(tmp_path, "local", (Shop,), {})


def test_an_unknown_environment_is_answered_by_its_near_match(tmp_path):
    said = refusal(tmp_path, {"prod.yml": ""}, env="prd")
    assert said.endswith("there is no environment `prd`; did you mean `prod`?")


def test_the_base_is_no_environment(tmp_path):
    assert "base" not in refusal(tmp_path, {}, env="bas").split("; ")[1]


def test_a_file_that_is_no_yaml_is_refused_with_its_line(tmp_path):
    assert refusal(tmp_path, {"base.yml": "shop:\n  name: [a\n"}).startswith("base.yml line 3: this is not YAML (")


def test_names_are_filled_from_what_is_given(tmp_path):
    conf = conf_of(
        tmp_path, {"base.yml": "shop: {name: '${A}/${B}', options: {c: '${A}'}}"}, given={"A": "x", "B": "y"}
    )
    assert conf.of(Shop) == Shop(name="x/y", options={"c": "x"})


def test_names_are_filled_from_the_environment_by_default(tmp_path, monkeypatch):
    conf_of(tmp_path, {})
    (tmp_path / "base.yml").write_text("shop: {name: '${LEARNLAKE_TEST_NAME}'}", encoding="utf-8")
    monkeypatch.setenv("LEARNLAKE_TEST_NAME", "z")
    assert load(tmp_path, "local", (Shop,)).of(Shop).name == "z"


def test_an_unset_name_is_refused_by_file_and_key(tmp_path):
    assert refusal(tmp_path, {"base.yml": "shop: {name: 'a ${LACKS}'}"}) == (
        "base.yml: key `name` needs ${LACKS}, which is not set; set it in the environment."
    )


def test_an_unset_name_in_the_path_of_a_file_waits_for_whoever_reads_it(tmp_path):
    conf = conf_of(tmp_path, {"entries/one.yml": "title: a\nread: {path: '${LACKS}/x'}"})
    assert conf.of(Entries).files["one"].read == Reader(path="${LACKS}/x")


def test_elsewhere_in_a_file_of_a_folder_an_unset_name_is_refused(tmp_path):
    assert "entries/one.yml: key `title` needs ${LACKS}" in refusal(tmp_path, {"entries/one.yml": "title: '${LACKS}'"})


def test_a_folder_section_holds_its_files_by_name_sorted(tmp_path):
    conf = conf_of(
        tmp_path, {"entries/two.yml": "title: b", "entries/one.yml": "title: a", "entries/notes.txt": "no YAML here: ["}
    )
    assert list(conf.of(Entries).files) == ["one", "two"]
    assert conf.names("entries") == ("one", "two")


def test_a_folder_that_is_not_there_is_empty(tmp_path):
    assert conf_of(tmp_path, {}).of(Entries).files == {}


def test_an_unknown_key_in_a_file_of_a_folder_names_that_file(tmp_path):
    assert (
        refusal(tmp_path, {"entries/one.yml": "title: a\nread: {pth: x}"})
        == "entries/one.yml: unknown key `read.pth`; did you mean `path`?"
    )


def test_a_conf_knows_its_sections_and_can_have_one_replaced(tmp_path):
    conf = conf_of(tmp_path, {})
    assert Shop in conf
    assert Section not in conf
    assert conf.replace(Shop(name="new")).of(Shop).name == "new"
    assert conf.of(Shop).name == "corner"


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Shop().name = "other"  # type: ignore[misc]  # that it is refused is the point


def test_plain_values_that_fit_become_settings():
    assert validated(Rate, {"currency": "A", "rate": "2.5"}, "x.yml") == Rate(currency="A", rate=2.5)
