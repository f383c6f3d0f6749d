"""Records of observations as a fleet takes them: tables of rows, and what stands between them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from agents.records.record import Record
from detectors.monitors.fleet import Fleet
from detectors.monitors.rollbacks import NO_NEWS, RollbackNews
from detectors.monitors.table_watch import Taken
from detectors.routing.router import RouteDecision
from detectors.routing.routes import RouteOutcome
from detectors.versions.registry import NO_CHANGES, Changes
from schemas.events.codec import decode_object
from schemas.events.model_event import ModelEvent
from schemas.events.not_taken import NotTaken
from schemas.events.observed import decode_observed
from schemas.events.route_notice import RouteNotice
from schemas.tables.frames import decode_frame, is_frame
from schemas.tables.observations import ObservationTable
from schemas.tables.reference_parts import is_reference

CELLS_AT_ONCE: Final = 4_000_000
"""Rows times columns above which no further ones are decoded before these are taken."""


@dataclass(slots=True)
class Handled:
    """What came of records.

    Attributes
    ----------
    taken
        The tables.
    not_taken
        The records that hold none, and why.
    noticed
        The models that events were about.
    dropped_rows
        Rows of newcomers that were let go.
    versions
        What has changed of versions.
    routes
        What became of routes.
    decisions
        What was decided about routes.
    rollbacks
        What became of causes and answers of rollbacks.
    """

    taken: list[Taken] = field(default_factory=list)
    not_taken: list[tuple[Record, NotTaken]] = field(default_factory=list)
    noticed: set[str] = field(default_factory=set)
    dropped_rows: int = 0
    versions: Changes = NO_CHANGES
    routes: list[RouteOutcome] = field(default_factory=list)
    decisions: list[RouteDecision] = field(default_factory=list)
    rollbacks: RollbackNews = NO_NEWS


class _GivenPart(NamedTuple):
    """A part of a reference from outside, which the fleet decodes."""

    value: bytes


_Notice: TypeAlias = ModelEvent | RouteNotice | _GivenPart
"""What a record holds that is no row."""


def handle(fleet: Fleet, records: Iterable[Record]) -> Handled:
    """Feed records to a fleet."""
    handled = Handled()
    dropped_rows = fleet.newcomers.dropped_rows
    tables: list[ObservationTable] = []
    cells = 0
    for record in records:
        try:
            content = _decoded(record.value)
            if not isinstance(content, list):
                # It counts from its place in the log on.
                handled.taken.extend(fleet.update_all(tables))
                tables, cells = [], 0
                handled.noticed.add(_notice(fleet, content, handled))
                continue
        except NotTaken as why:
            handled.not_taken.append((record, why))
            continue
        tables += content
        cells += sum(len(table) * len(table.columns) for table in content)
        if cells > CELLS_AT_ONCE:
            handled.taken.extend(fleet.update_all(tables))
            tables, cells = [], 0
    handled.taken.extend(fleet.update_all(tables))
    handled.dropped_rows = fleet.newcomers.dropped_rows - dropped_rows
    handled.versions = fleet.versions.changes()
    handled.decisions = fleet.router.decisions()
    handled.rollbacks = fleet.rollbacks.news()
    return handled


def _notice(fleet: Fleet, content: _Notice, handled: Handled) -> str:
    """Have a fleet take what is no row; return whose it is."""
    if isinstance(content, _GivenPart):
        return fleet.refer(content.value)
    if isinstance(content, RouteNotice):
        handled.routes.append(fleet.reroute(content))
    else:
        fleet.notice(content)
    return content.model


def _decoded(value: bytes | None) -> list[ObservationTable] | _Notice:
    if value is not None and is_reference(value):
        return _GivenPart(value)
    if value is not None and is_frame(value):
        return decode_frame(value)
    return decode_observed(decode_object(value))
