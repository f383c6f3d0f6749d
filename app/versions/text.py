"""Model versions in lines for people."""

from collections.abc import Iterable, Iterator, Sequence

from app.versions.document import champion_of, known_to, last_good_of, now_or_at
from app.versions.performance_text import lines_of
from app.versions.performances import KnownPerformances
from detectors.versions.serving import Serving
from detectors.versions.traffic import DAY, HOUR
from schemas.events.model_performance import ModelPerformance
from schemas.events.times import format_time, parse_time
from schemas.events.version_record import ThresholdStanding, VersionRecord

_HEADINGS = ("model", "version", "status", "since", "rows", "share", "last event", "alerts")


def table(records: Sequence[VersionRecord]) -> Iterator[str]:
    """Yield the lines of a table of versions, each model's together."""
    rows = [_HEADINGS, *(row for each in _by_model(records) for row in _rows(each))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def lines_of_model(
    records: Sequence[VersionRecord],
    time: int | None,
    rollback: Iterable[str] = (),
    performances: KnownPerformances | None = None,
) -> Iterator[str]:
    """Yield lines about a model.

    Parameters
    ----------
    records, time, performances
        As for `app.versions.document.model_document`.
    rollback
        Lines about its open rollback request.
    """
    there = now_or_at(records, time)
    yield f"model {records[0].model} at {format_time(there.time)}"
    latest = known_to(records)
    if time is not None and latest is not None and parse_time(latest) < time:
        yield f"  nothing is known of that time: what follows is as of {latest}, the latest told"
    champion = champion_of(there)
    if champion is None:
        yield "  no model event names a champion for that time: below is what was observed"
    else:
        yield f"  champion: {champion}"
    yield f"  last good version, to roll back to now: {last_good_of(records) or 'none is known'}"
    yield from (f"  {line}" for line in rollback)
    until = format_time(there.start + there.width)
    yield f"  predictions from {format_time(there.start)} to {until}, {_width(there.width)}:"
    for each in there.versions:
        at_work = ", at work at that time" if each.was_at_work else ""
        share = "" if each.share is None else f", {each.share:.1%}"
        yield f"    {each.record.version} ({_status(each)}): {each.rows} rows{share}{at_work}"
    if not there.versions:
        yield "    no version was known by then"
    for record in records:
        yield from _lines_of_version(record)
        if performances is not None:
            yield from _lines_of_performance(performances.at(record.version, time), time)


def _lines_of_version(record: VersionRecord) -> Iterator[str]:
    said = f"since {record.status_since}" if record.status_since else "no model event names it"
    yield f"version {record.version}: {record.status}, {said}"
    if record.rows:
        yield f"  {record.rows} rows, from {record.first_event} to {record.last_event}"
        yield f"  its references are learned since {record.reference_since}"
        if record.label_corrections or record.label_duplicates:
            yield (
                f"  labels that came again: {record.label_corrections} corrected, "
                f"{record.label_duplicates} the same"
            )
        if record.backdated_labels:
            yield f"  labels that are dated before their predictions: {record.backdated_labels}"
    else:
        yield "  no rows so far"
    for step in record.history:
        remark = f" ({step.remark.replace('_', ' ')})" if step.remark else ""
        yield f"  {step.since} {step.status} by {step.cause}{remark}"
    for held_to in record.thresholds:
        yield f"  threshold {held_to.threshold}: {_standing(held_to)}"
    for alert in record.open_alerts:
        yield f"  open alert {alert.alert_id}: {alert.kind} of {alert.feature}, {alert.time}"


def _lines_of_performance(windows: Sequence[ModelPerformance], time: int | None) -> Iterator[str]:
    yield from lines_of(windows)
    if not windows:
        when = "" if time is None else " at that time"
        yield f"  how good it was{when} is in no window that the topic still has"
        if time is None:
            yield (
                "    (one of rows is told when it is full, "
                "and one of time with the first label after its end)"
            )


def _standing(held_to: ThresholdStanding) -> str:
    state = held_to.state.replace("_", " ")
    if held_to.reason is not None:
        return f"{state} ({held_to.reason.replace('_', ' ')})"
    # Of one that is a number the bound is that number.
    is_said = held_to.bound is None or held_to.threshold.endswith(f"= {held_to.bound:g}")
    return state if is_said else f"{state} (its bound is {held_to.bound:.6g})"


def _by_model(records: Iterable[VersionRecord]) -> list[list[VersionRecord]]:
    models: dict[str, list[VersionRecord]] = {}
    for each in records:
        models.setdefault(each.model, []).append(each)
    return list(models.values())


def _rows(records: Sequence[VersionRecord]) -> Iterator[tuple[str, ...]]:
    shares = {each.record.version: each.share for each in now_or_at(records, None).versions}
    for each in records:
        share = shares.get(each.version)
        yield (
            each.model,
            each.version,
            f"{each.status}{', last good' if each.is_last_good else ''}",
            each.status_since or "",
            str(each.rows),
            "" if share is None else f"{share:.1%}",
            each.last_event or "",
            str(len(each.open_alerts)),
        )


def _status(each: Serving) -> str:
    return "not known then" if each.status is None else str(each.status)


def _width(width: int) -> str:
    hours = width // HOUR
    return f"{hours} h" if width < DAY else f"{hours // 24} days" if width > DAY else "1 day"
