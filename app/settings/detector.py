"""One detector of the configuration, and several of them without twins."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.settings.section import Detail, Section, details, expected, known_one, not_empty
from detectors.algorithms.catalogue import InvalidDetector, build, kind_of, kinds
from schemas.events.detector_report import Stream


def _add_kinds(schema: dict[str, Any]) -> None:
    schema["enum"] = list(kinds())


class DetectorSettings(Section):
    """One detector on every watched column."""

    kind: str = Field(json_schema_extra=_add_kinds)
    """The detector's name in the registry, such as `adwin`."""

    parameters: Mapping[str, Any] = {}
    """Its parameters; the others keep their defaults. Of `adwin` and `page_hinkley` on ranks, those
    that are not stated follow from `false_alarms`."""

    streams: tuple[Stream, ...] | None = None
    """The views of a column that it watches; null is `location` and `spread`. A detector that takes
    nothing but 0 and 1 watches `raw` booleans, the errors of classifiers among them."""

    @property
    def views(self) -> tuple[Stream, ...]:
        """The streams in force."""
        if self.streams is not None:
            return self.streams
        binary = kind_of(self.kind).input == "binary"
        return (Stream.RAW,) if binary else (Stream.LOCATION, Stream.SPREAD)

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            return kind_of(value).name
        except KeyError:
            raise expected(known_one(value, list(kinds()))) from None

    @field_validator("parameters")
    @classmethod
    def _buildable(cls, value: Mapping[str, Any], info: ValidationInfo) -> Mapping[str, Any]:
        kind = info.data.get("kind")
        if kind is None:
            return value
        taken = kind_of(kind).parameters
        problems = [
            Detail((name,), "an unknown parameter", known_one(name, taken))
            for name in value
            if name not in taken
        ]
        problems += [
            Detail((name,), repr(given), taken[name].expected)
            for name, given in value.items()
            if name in taken and not taken[name].accepts(given)
        ]
        if problems:
            raise details(problems)
        try:
            build(kind, value)
        except InvalidDetector as error:  # what holds between parameters
            raise expected("; ".join(error.problems)) from None
        return value

    @field_validator("streams")
    @classmethod
    def _distinct(
        cls, value: tuple[Stream, ...] | None, info: ValidationInfo
    ) -> tuple[Stream, ...] | None:
        if value is None:
            return None
        if len(set(value)) < len(value):
            raise expected("each stream once")
        kind = info.data.get("kind")
        if kind is not None and kind_of(kind).input == "binary" and value != (Stream.RAW,):
            raise expected("[raw]: this detector takes nothing but 0 and 1")
        return not_empty(value)


def _no_twins(detectors: tuple[DetectorSettings, ...]) -> tuple[DetectorSettings, ...]:
    if any(each in detectors[:place] for place, each in enumerate(detectors)):
        raise expected("no two detectors that are the same")
    return not_empty(detectors)


Detectors = Annotated[
    tuple[DetectorSettings, ...],
    AfterValidator(_no_twins),
    Field(json_schema_extra={"minItems": 1}),
]
