"""The base of every section of the settings, and the errors that its validators raise."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import NamedTuple, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

T = TypeVar("T")


class Section(BaseModel):
    """A frozen group of settings; unknown keys and loose types are errors.

    The docstring below an attribute is its description in the JSON Schema and in error messages.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        # A setting may need another one, given or not.
        validate_default=True,
        # Inputs may be secrets; problems.py decides what is shown.
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


class Detail(NamedTuple):
    """One of several problems inside one value: where, what was found, what was expected."""

    path: tuple[str | int, ...]
    found: str
    expected: str


def expected(what: str) -> PydanticCustomError:
    """Return the error of a value that is not what it should be."""
    return PydanticCustomError("expected", "{expected}", {"expected": what})


def at_most(limit: float, said: str) -> AfterValidator:
    """Return the check that a number is no larger, in words that say why: `said` follows "at most".

    A plain ``le`` has no room for the reason.
    """

    def check(value: float) -> float:
        if value > limit:
            raise expected(f"at most {said}")
        return value

    return AfterValidator(check)


def missing(what: str) -> PydanticCustomError:
    """Return the error of a setting that others make necessary."""
    return PydanticCustomError("needed", "{expected}", {"expected": what})


def details(found: Sequence[Detail]) -> PydanticCustomError:
    """Return the error of a value with several problems."""
    return PydanticCustomError("details", "several problems", {"details": list(found)})


def known_one(name: str, known: Iterable[str]) -> str:
    """Return what to expect in place of an unknown name."""
    names = list(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"a known one: did you mean {close[0]!r}?"
    return f"one of {', '.join(names) or 'none'}"


def not_empty(value: tuple[T, ...]) -> tuple[T, ...]:
    """Refuse an empty list; pydantic's own check also counts items that are wrong as missing."""
    if not value:
        raise expected("at least one")
    return value
