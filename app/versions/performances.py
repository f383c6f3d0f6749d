"""How good the versions of a model were at a time: what the topic of performances says of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from agents.records.record import Record
from app.kafka.whole_topic import read_all
from app.settings import Settings, TopicRole
from schemas.events.codec import decode_event, decode_object
from schemas.events.model_performance import ModelPerformance, WindowKind
from schemas.events.not_taken import NotTaken
from schemas.events.times import parse_time

_ORDER: Final = (WindowKind.TIME, WindowKind.ROWS, WindowKind.ESTIMATED)
"""In which windows are told: those that labels revise first."""


@dataclass(slots=True)
class KnownPerformances:
    """The windows of one model that the topic holds.

    Attributes
    ----------
    windows
        The latest revision of each, by version, kind and number.
    strange
        Records that are none.
    """

    windows: dict[tuple[str, str, int], ModelPerformance] = field(default_factory=dict)
    strange: int = 0

    def take(self, told: ModelPerformance) -> None:
        """Take what was told of a window; the highest revision counts."""
        key = told.version, str(told.window.kind), told.window.number
        known = self.windows.get(key)
        if known is None or known.revision <= told.revision:
            self.windows[key] = told

    def read(self, value: bytes | None) -> None:
        """Take the value of a record."""
        try:
            self.take(decode_event(ModelPerformance, decode_object(value)))
        except NotTaken:
            self.strange += 1

    def at(self, version: str, time: int | None) -> list[ModelPerformance]:
        """Return the windows that tell how good a version was at a time, one of each kind at most.

        Those whose predictions it is among; of windows of rows the latest that had ended by then,
        where it is in none. Where it is None, the latest of each kind.
        """
        found = []
        for kind in _ORDER:
            those = [
                each
                for each in self.windows.values()
                if (each.version, each.window.kind) == (version, kind)
            ]
            chosen = _latest(those) if time is None else _at(those, time)
            if chosen is not None:
                found.append(chosen)
        return found

    def document(self, version: str, time: int | None) -> list[dict[str, Any]]:
        """Return what JSON says of a version."""
        return [each.model_dump(mode="json") for each in self.at(version, time)]


async def read_performances(settings: Settings, model: str) -> KnownPerformances:
    """Read the topic to its end for one model; it fails as `read_all`."""
    known = KnownPerformances()
    key = model.encode()

    def take(record: Record) -> None:
        if record.key == key:
            known.read(record.value)

    await read_all(settings, TopicRole.MODEL_PERFORMANCE, take)
    return known


def _latest(windows: Iterable[ModelPerformance]) -> ModelPerformance | None:
    return max(windows, key=_place, default=None)


def _at(windows: Iterable[ModelPerformance], time: int) -> ModelPerformance | None:
    """Return the latest window that a time is in, or of rows that had ended by then."""
    known = sorted(windows, key=_place)
    within = [each for each in known if _has(each, time)]
    if within:
        return within[-1]
    ended = [
        each
        for each in known
        if each.window.kind is WindowKind.ROWS and parse_time(each.window.end) <= time
    ]
    return ended[-1] if ended else None


def _place(told: ModelPerformance) -> tuple[int, int]:
    """Return where a window is among those of its kind.

    Those of time are numbered by their length, which may have been another one before.
    """
    of_time = told.window.kind is not WindowKind.ROWS
    return parse_time(told.window.begin) if of_time else 0, told.window.number


def _has(told: ModelPerformance, time: int) -> bool:
    begin, end = parse_time(told.window.begin), parse_time(told.window.end)
    return begin <= time < end or (told.window.kind is WindowKind.ROWS and time == end)
