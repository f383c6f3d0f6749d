"""What is wrong with a configuration, in the words of the person who wrote it."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from pydantic_core import ErrorDetails

from app.settings.fields import Path, described, holds_secret, leaves, names_at
from app.settings.hints import number_hint, text_hint
from app.settings.section import known_one

NOTHING: Final = "nothing"
"""What is found where a setting is missing."""

_LONGEST: Final = 80
"""Characters of a value that an error shows."""


class Problem(NamedTuple):
    """One error of a configuration.

    Attributes
    ----------
    path
        The setting, dots between the levels; or the file, with a line, where it cannot be read.
    found, expected
        In words; a secret's value is never among them.
    origin
        The variable or flag that it came from; empty for the file and the defaults.
    """

    path: str
    found: str
    expected: str
    origin: str = ""

    def __str__(self) -> str:
        origin = f" ({self.origin})" if self.origin else ""
        return f"{self.path}{origin}: found {self.found}, expected {self.expected}"


class InvalidConfiguration(ValueError):
    """A configuration that cannot be used.

    Attributes
    ----------
    problems
        Every problem found.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = "a problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = [f"the configuration has {count}:", *(f"  {each}" for each in self.problems)]
        super().__init__("\n".join(lines))


def translate(errors: Sequence[ErrorDetails], origins: Mapping[Path, str]) -> list[Problem]:
    """Return the problems that pydantic found.

    Parameters
    ----------
    errors
        As of `ValidationError.errors`.
    origins
        Path to the variable or flag that set it.
    """
    found: dict[Problem, None] = {}
    for error in errors:
        path = tuple(str(step) for step in error["loc"] if step != "[key]")
        origin = _origin(path, origins)
        parts = error.get("ctx", {}).get("details")
        if parts is not None:
            for part in parts:
                inner = (*path, *map(str, part.path))
                found[Problem(".".join(inner), part.found, part.expected, origin)] = None
            continue
        found[Problem(".".join(path) or "a value", *_words(path, error), origin)] = None
    return list(found)


def show(value: object, path: Path = ()) -> str:
    """Return a value in words: short, and never one that may be a secret."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return NOTHING
    if holds_secret(path):
        return "a value (not shown)"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _words(path: Path, error: ErrorDetails) -> tuple[str, str]:
    kind, value = error["type"], error["input"]
    if kind == "json_invalid":  # half of a surrogate pair: YAML can write one, JSON cannot
        return "characters that no UTF-8 text has", "text"
    if kind == "extra_forbidden":
        return "an unknown key", _known(path)
    if kind in {"missing", "needed"}:
        wanted = error["msg"] if kind == "needed" else described(path)
        return NOTHING, wanted
    wanted = error["msg"].removeprefix("Input should be ")
    wanted = wanted.removeprefix("String should have ").removeprefix("String should ")
    if kind in {"model_type", "dict_type", "model_attributes_type", "mapping_type"}:
        wanted = "a mapping"
    elif kind in {"tuple_type", "list_type", "frozen_set_type"}:
        wanted = "a list"
    elif kind == "string_pattern_mismatch":
        wanted = f"text that matches {error['ctx']['pattern']}"
    if holds_secret(path):
        return show(value, path), wanted
    if kind == "string_type":
        wanted += text_hint(value)
    elif kind in {"int_type", "float_type"} and isinstance(value, str):
        return f"the text {show(value, path)}", wanted + number_hint(
            value, whole=kind == "int_type"
        )
    return show(value, path), wanted


def _known(path: Path) -> str:
    siblings = names_at(path[:-1])
    elsewhere = {leaf[-1]: ".".join(leaf) for leaf in leaves()}
    close = get_close_matches(path[-1], elsewhere, n=1)
    if close and not get_close_matches(path[-1], siblings, n=1):
        return f"a known one: did you mean {elsewhere[close[0]]!r}?"
    return known_one(path[-1], siblings)


def _origin(path: Path, origins: Mapping[Path, str]) -> str:
    """Return where a path, or the nearest value around it, was set."""
    for length in range(len(path), 0, -1):
        if path[:length] in origins:
            return origins[path[:length]]
    return ""


def not_a_mapping(where: str, value: Any) -> Problem:
    """Return the problem of a document that is no mapping of sections."""
    return Problem(where, show(value), "a mapping of sections, such as kafka")
