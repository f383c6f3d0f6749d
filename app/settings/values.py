"""Which spellings mean one value, for all models and for single ones."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    Field,
    JsonValue,
    field_serializer,
)

from app.settings.section import Detail, Section, details
from schemas.values.numbers import number_of
from schemas.values.spellings import USUAL, Spellings

_LONGEST: Final = 64


def _words(texts: frozenset[str]) -> frozenset[str]:
    """Return texts that may be booleans as they are compared, in small letters."""
    problems = []
    if not all(map(str.strip, texts)):
        said = "texts that can be seen: an empty one is a mark of a missing value"
        problems.append(Detail((), "an empty text", said))
    numbers = [text for text in sorted(texts) if number_of(text, codes=True) is not None]
    if numbers:
        problems.append(Detail((), _listed(numbers), "no number: 1 and 0 are booleans as they are"))
    if problems:
        raise details(problems)
    return frozenset(text.strip().lower() for text in texts)


def _marks(texts: frozenset[str]) -> frozenset[str]:
    return frozenset(text.strip() for text in texts)


def _no_values(texts: frozenset[str]) -> frozenset[str]:
    """Refuse marks that numbers and booleans have as their names where a batch mixes kinds."""
    booleans = USUAL.true | USUAL.false
    found = [
        text
        for text in sorted(texts)
        if number_of(text, codes=True) is not None or text.lower() in booleans
    ]
    if found:
        raise details([Detail((), _listed(found), "no number or boolean")])
    return texts


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(map(repr, texts))


def _usual(texts: frozenset[str]) -> Any:
    """Return the field of the usual texts, in one order wherever they are shown."""
    shown: list[JsonValue] = [*sorted(texts)]
    return Field(default=texts, json_schema_extra={"default": shown})


Text = Annotated[str, Field(max_length=_LONGEST)]
Words = Annotated[frozenset[Text], AfterValidator(_words)]
TrueWords = Annotated[Words, AfterValidator(USUAL.true.union)]
FalseWords = Annotated[Words, AfterValidator(USUAL.false.union)]
MissingMarks = Annotated[frozenset[Text], AfterValidator(_marks)]
NumberMarks = Annotated[MissingMarks, AfterValidator(_no_values)]


class ValueSettings(Section):
    """Which spellings mean one value, where nothing else is said of a model."""

    true: TrueWords = _usual(USUAL.true)
    """Texts that are the boolean true, and the class 1, wherever they stand; capitals or not.
    `true` itself is always one, and `false` the other."""

    false: FalseWords = _usual(USUAL.false)
    """Texts that are the boolean false, and the class 0, likewise."""

    yes: Words = _usual(USUAL.yes)
    """Texts that are true where they are compared with a boolean, 0 or 1, or where the column is
    declared a boolean; among themselves they are texts."""

    no: Words = _usual(USUAL.no)
    """Texts that are false, likewise."""

    missing: MissingMarks = _usual(USUAL.missing)
    """Texts that are null in every feature, capitals as they stand. The list replaces the usual one
    (`docs/values.md`)."""

    missing_numbers: NumberMarks = _usual(USUAL.missing_numbers)
    """Texts that are null in features of numbers and booleans, and values in those of texts: `NA`
    is Namibia among countries."""

    trim: bool = USUAL.trim
    """Whether white space at the ends of classes and categories does not count."""

    ignore_case: bool = USUAL.ignore_case
    """Whether capitals of classes and categories do not count."""

    @field_serializer("true", "false", "yes", "no", "missing", "missing_numbers")
    def _in_order(self, value: frozenset[str]) -> list[str]:
        return sorted(value)

    @property
    def spellings(self) -> Spellings:
        """The spellings in force."""
        return spellings_of(self)


class ValueOverrides(Section):
    """What is different for one model; null keeps the value of `values`."""

    true: TrueWords | None = None
    """Texts that are the boolean true, and the class 1, wherever they stand; capitals or not."""

    false: FalseWords | None = None
    """Texts that are the boolean false, and the class 0, likewise."""

    yes: Words | None = None
    """Texts that are true where they are compared with a boolean, 0 or 1, or where the column is
    declared a boolean; among themselves they are texts."""

    no: Words | None = None
    """Texts that are false, likewise."""

    missing: MissingMarks | None = None
    """Texts that are null in every feature, capitals as they stand."""

    missing_numbers: NumberMarks | None = None
    """Texts that are null in features of numbers and booleans, and values in those of texts."""

    trim: bool | None = None
    """Whether white space at the ends of classes and categories does not count."""

    ignore_case: bool | None = None
    """Whether capitals of classes and categories do not count."""

    def over(self, general: ValueSettings) -> Spellings:
        """Return the spellings in force of a model: its own over those in general."""
        own = {name: value for name, value in self if value is not None}
        return spellings_of(general.model_copy(update=own)) if own else general.spellings


TEXTS: Final = ("true", "false", "yes", "no", "missing", "missing_numbers")
"""Settings that are texts, in the order in which a clash is told at the later one."""

_BOOLEANS: Final = TEXTS[:4]


@lru_cache(maxsize=4096)
def _shared(spellings: Spellings) -> Spellings:
    """Return one object for equal spellings."""
    return spellings


def spellings_of(settings: ValueSettings) -> Spellings:
    """Return the spellings that settings name, one object for equal ones."""
    return _shared(Spellings(**dict(settings)))


def clashes(texts: dict[str, frozenset[str]]) -> Iterator[Detail]:
    """Yield texts that mean two things, at the later of the settings that name them."""
    names = [name for name in TEXTS if name in texts]
    for place, name in enumerate(names):
        for other in names[:place]:
            both = _both(name, texts[name], other, texts[other])
            if both:
                said = _listed(both)
                yield Detail((name,), said, f"no text that is one of {other}: {said}")


def _both(name: str, texts: Iterable[str], other: str, others: Iterable[str]) -> list[str]:
    """Return what means two things at once."""
    if name == "missing_numbers" and other == "missing":
        return []  # says the same, only more of it
    if name in _BOOLEANS:
        same = {"true": "yes", "yes": "true", "false": "no", "no": "false"}
        return [] if other == same[name] else sorted(set(texts) & set(others))
    return sorted({text.lower() for text in texts} & set(others))
