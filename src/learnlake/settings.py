"""Settings: what conf/ says, read once, typed, frozen, and refused when it says something unknown.

A conf folder holds ``base.yml``, one ``<env>.yml`` for each environment, laid over it key by key, and folders of
like files (``sources/``, ``campaigns/`` ...). Each section of it is one class below :class:`Settings` that says where it
stands; the pipeline names the sections, so this module knows none of the rooms.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from learnlake.errors import ConfError, near_match

NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Settings(BaseModel):
    """Values from conf: frozen, and an unknown key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Settings):
    """A name in the languages marketers read."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class Section(Settings):
    """Settings that stand on their own in conf.

    ``where`` is a key of base.yml (``features``), or a folder when it ends in ``/`` (``sources/``); a folder's section has
    one field, ``files``, that maps the names of its files to what they hold.
    """

    where: ClassVar[str]


S = TypeVar("S", bound=Section)


@dataclass(frozen=True)
class Conf:
    """All sections of one conf folder under one environment.

    Attributes:
        folder: the conf folder.
        env: the environment.
        sections: what it says, by class.
        left_out: files of it that do not apply, such as ``funnels/starts``, and why in few words.
    """

    folder: Path
    env: str
    sections: Mapping[type[Section], Section]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def of(self, kind: type[S]) -> S:
        """Return the section of this class."""
        return cast(S, self.sections[kind])

    def replace(self, *sections: Section) -> Conf:
        """Return the same conf with some sections in place of those of their class."""
        return replace(self, sections={**self.sections, **{type(section): section for section in sections}})

    def __contains__(self, kind: type[Section]) -> bool:
        """Say whether there is a section of this class."""
        return kind in self.sections

    def file(self, folder: str, name: str) -> Settings | None:
        """Return what one file in a folder of conf holds, None where no section reads it."""
        for kind, section in self.sections.items():
            if kind.where == f"{folder}/":
                return cast(Mapping[str, Settings], getattr(section, "files", {})).get(name)
        return None

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names of the files in one folder of conf, sorted."""
        return tuple(sorted(path.stem for path in (self.folder / folder).glob("*.yml")))


def load(folder: Path, env: str, sections: Iterable[type[Section]], given: Mapping[str, str] | None = None) -> Conf:
    """Read a conf folder.

    Args:
        folder: the conf folder.
        env: name of the environment, a file ``<env>.yml`` beside ``base.yml``.
        sections: the classes of all sections that may occur.
        given: what ``${NAME}`` stands for; default the process environment.

    Raises:
        ConfError: for a missing file, unknown key or environment, wrong type or unset ``${NAME}``; names file and key.
    """
    names = os.environ if given is None else given
    base = _read(folder / "base.yml", names)
    overlay = _read(_environment_file(folder, env), names)
    merged = _overlay(base, overlay)
    kinds = tuple(sections)
    _refuse_unknown_sections(merged, kinds, folder)
    return Conf(folder, env, {kind: _section(kind, folder, env, merged, names) for kind in kinds})


def _environment_file(folder: Path, env: str) -> Path:
    path = folder / f"{env}.yml"
    if not path.is_file():
        known = [found.stem for found in folder.glob("*.yml") if found.stem != "base"]
        raise ConfError(f"{folder}: there is no environment `{env}`; {near_match(env, known)}")
    return path


def _section(
    kind: type[Section], folder: Path, env: str, merged: Mapping[str, Any], names: Mapping[str, str]
) -> Section:
    if not kind.where.endswith("/"):
        files = f"{folder / 'base.yml'} (or {env}.yml)"
        return validated(kind, merged.get(kind.where) or {}, files, kind.where)
    entry = cast(Any, kind.model_fields["files"].annotation).__args__[1]
    held = {}
    for path in sorted((folder / kind.where).glob("*.yml")):
        held[path.stem] = validated(entry, _read(path, names, lenient=("path",)), str(path))
    return validated(kind, {"files": held}, str(folder / kind.where))


M = TypeVar("M", bound=BaseModel)


def validated(kind: type[M], values: Any, file: str, prefix: str = "") -> M:
    """Make settings of plain values.

    Raises:
        ConfError: one sentence with file, key, what is wrong, and a near match for an unknown key.
    """
    if not isinstance(values, dict):
        raise ConfError(f"{file}: {prefix or 'the file'} must hold keys and values, not {type(values).__name__}.")
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        problems = error.errors()
        misspelt = [
            problem for problem in problems if problem["type"] == "extra_forbidden"
        ]  # why another key is missing
        first = (misspelt or problems)[0]
        key = ".".join(str(part) for part in ((prefix,) if prefix else ()) + first["loc"])
        if first["type"] == "extra_forbidden":
            hint = near_match(str(first["loc"][-1]), _fields_at(kind, first["loc"][:-1]))
            raise ConfError(f"{file}: unknown key `{key}`; {hint}") from None
        if first["type"] == "missing":
            raise ConfError(f"{file}: key `{key}` is missing; add it.") from None
        raise ConfError(f"{file}: {f'key `{key}`: ' if key else ''}{_said(first)}.") from None


def _said(problem: Mapping[str, Any]) -> str:
    message = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
    is_plain = isinstance(problem["input"], str | int | float | bool)
    return f"{message}, found `{problem['input']}`" if is_plain and problem["type"] != "value_error" else message


def _fields_at(kind: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """Follow a path of keys into nested settings and return the keys known there."""
    here: Any = kind
    for part in path:
        annotation = here.model_fields[part].annotation if isinstance(part, str) and part in _fields(here) else here
        models = [a for a in (annotation, *_arguments(annotation)) if isinstance(a, type) and issubclass(a, BaseModel)]
        here = models[0] if models else here
    return _fields(here)


def _fields(kind: Any) -> list[str]:
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _arguments(annotation: Any) -> list[Any]:
    inner = list(getattr(annotation, "__args__", ()))
    return inner + [deep for a in inner for deep in _arguments(a)]


def _refuse_unknown_sections(merged: Mapping[str, Any], kinds: tuple[type[Section], ...], folder: Path) -> None:
    known = [kind.where for kind in kinds if not kind.where.endswith("/")]
    for key in merged:
        if key not in known:
            raise ConfError(f"{folder / 'base.yml'}: unknown key `{key}`; {near_match(key, known)}")


def _read(path: Path, names: Mapping[str, str], lenient: tuple[str, ...] = ()) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfError(
            f"{path}: the file is missing; copy it from the shipped conf/ or name another with --conf."
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise ConfError(f"{path}{line}: this is not YAML ({getattr(error, 'problem', error)}).") from None
    if not isinstance(loaded, dict | None):
        raise ConfError(f"{path}: the file must hold keys and values, not {type(loaded).__name__}.")
    return {key: _filled(value, path, str(key), names, lenient) for key, value in (loaded or {}).items()}


def _filled(value: Any, path: Path, key: str, names: Mapping[str, str], lenient: tuple[str, ...]) -> Any:
    """Put values in place of ``${NAME}``; under the lenient keys an unset name is left for whoever needs it."""
    if isinstance(value, dict):
        return {name: _filled(inner, path, str(name), names, lenient) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, path, key, names, lenient) for inner in value]
    if not isinstance(value, str):
        return value
    for name in NAME.findall(value):
        if name in names:
            value = value.replace(f"${{{name}}}", names[name])
        elif key not in lenient:
            raise ConfError(f"{path}: key `{key}` needs ${{{name}}}, which is not set; set it in the environment.")
    return value


def _overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one mapping over another, key by key, mappings inside mappings too."""
    out = dict(below)
    for key, value in above.items():
        out[key] = _overlay(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out
