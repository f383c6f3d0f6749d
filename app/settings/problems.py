"""What is wrong with a configuration, in the words of the person who wrote it."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from pydantic_core import ErrorDetails

from app.credentials import holds_credentials, masked
from app.settings.fields import Path, described, holds_secret, leaves, names_at
from app.settings.hints import number_hint, text_hint
from app.settings.section import Detail, known_one

NOTHING: Final = "nothing"
"""What is found where a setting is missing."""

MOST_SHOWN: Final = 100
"""Problems that a message tells one by one."""

_LONGEST: Final = 80
"""Characters of a value, or of a key, that an error shows."""

_LONGEST_EXPECTED: Final = 400
"""Characters of what is expected: it may quote values."""

_GONE: Final = {
    "multinomial_limit": "`false_alarms` in its place: one budget for all detectors, such as "
    "`1 per 1,000,000 rows per column`"
}
"""Settings that there were, and what has taken their place."""

_MOST_TRANSLATED: Final = 1000
"""Errors that are put into words: looking for the nearest of known names takes its time."""


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
        lines = [f"the configuration has {count}:"]
        lines += [f"  {each}" for each in self.problems[:MOST_SHOWN]]
        if len(self.problems) > MOST_SHOWN:
            lines.append(f"  and {len(self.problems) - MOST_SHOWN} more")
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
    for error in errors[:_MOST_TRANSLATED]:
        path = tuple(str(step) for step in error["loc"] if step != "[key]")
        origin = _origin(path, origins)
        parts = error.get("ctx", {}).get("details")
        if parts is not None:
            inner = (each._replace(path=(*path, *each.path)) for each in parts)
            found |= dict.fromkeys(told(inner, origins))
            continue
        found[_told(path, *_words(path, error), origin)] = None
    return list(found)


def told(found: Iterable[Detail], origins: Mapping[Path, str]) -> list[Problem]:
    """Return the problems of which the whole paths are known; origins as for `translate`."""
    problems = []
    for each in found:
        path = tuple(map(str, each.path))
        problems.append(_told(path, each.found, each.expected, _origin(path, origins)))
    return problems


def cut(text: str, longest: int = _LONGEST) -> str:
    """Return a text that is short enough to be shown."""
    return text if len(text) <= longest else f"{text[:longest]}..."


def _told(path: Path, found: str, expected: str, origin: str) -> Problem:
    """Return a problem in which no password stands, and nothing without end."""
    setting = ".".join(cut(masked(step)) for step in path) or "a value"
    return Problem(
        setting,
        cut(masked(found), _LONGEST_EXPECTED),
        cut(masked(expected), _LONGEST_EXPECTED),
        cut(masked(origin)),
    )


def show(value: object, path: Path = ()) -> str:
    """Return a value in words: short, and never one that may be a secret."""
    if value is None:
        return NOTHING
    if isinstance(value, Mapping | list | tuple):
        return "a mapping" if isinstance(value, Mapping) else "a list"
    if holds_secret(path):
        return "a value (not shown)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and holds_credentials(value):
        return "text with a password in it by its look (not shown)"
    return cut(repr(value))


def _words(path: Path, error: ErrorDetails) -> tuple[str, str]:
    kind, value = error["type"], error["input"]
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
    elif kind == "too_long":
        wanted = f"at most {error['ctx']['max_length']:,} items"
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
    if path[-1] in _GONE:
        return _GONE[path[-1]]
    siblings = names_at(path[:-1])
    if len(path[-1]) > _LONGEST:
        return known_one("", siblings)  # it is like none, and comparing takes its time
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
