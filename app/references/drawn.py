"""A reference as it is drawn from rows, before it is sent."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from app.options import declarations
from app.references.row_sample import RowSample
from app.settings import ModelSettings, Settings
from schemas.events.event import LONGEST_NAME
from schemas.events.identity import stable_id
from schemas.events.reference_report import ReferenceKind
from schemas.events.times import clamped_time, format_time
from schemas.payloads.row_columns import prediction_columns
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.observations import Integers
from schemas.tables.reference_parts import FEWEST_ROWS, GivenReference

DEFAULT_ROWS: Final = 5_000
"""Rows of a reference: a shift of a tenth of a standard deviation is well above what chance makes
of so many."""

_PLURALS: Final = {
    Kind.NUMBER: "numbers",
    Kind.CATEGORY: "categories",
    Kind.BOOLEAN: "booleans",
}


_MOST_TOLD: Final = 20
"""Reasons for which rows are left out that people are told of."""


class NoReference(Exception):
    """Of these rows no reference can be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that were looked at.

    Attributes
    ----------
    kind, source
        Where they are from.
    sample
        Those of the model.
    has_times
        Whether their event times are known.
    has_predictions
        Whether the predictions are among their values.
    refused
        Rows that could not be read, or are not wanted, by reason.
    note
        What else is to be told; empty where nothing is.
    """

    kind: ReferenceKind
    source: str
    sample: RowSample
    has_times: bool
    has_predictions: bool
    refused: Counter[str] = field(default_factory=Counter)
    note: str = ""

    def why_none(self) -> str:
        """Return what became of the rows, where too few are left."""
        most = self.refused.most_common(_MOST_TOLD)
        reasons = [f"{count:,} x {reason}" for reason, count in most]
        told = [f"{self.sample.seen:,} rows of it were found", *reasons, self.note]
        return "; ".join(filter(None, told))


@dataclass(frozen=True, slots=True)
class Drawn:
    """A reference.

    Attributes
    ----------
    about
        What is known of it.
    columns, times
        Its values and their event times.
    left_out
        Columns that are not watched, and why.
    refused, note
        As of `Found`.
    """

    about: GivenReference
    columns: tuple[Column, ...]
    times: Integers
    left_out: dict[str, str]
    refused: Counter[str]
    note: str

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        about = self.about
        return {
            **about_document(about),
            "columns": [_column(each) for each in self.columns],
            "left_out": self.left_out,
            "rows_left_out": dict(self.refused),
            "note": self.note or None,
        }

    def lines(self) -> Iterator[str]:
        """Yield what people are told of it."""
        yield about_line(self.about)
        if self.note:
            yield f"  {self.note}"
        for reason, count in self.refused.most_common(_MOST_TOLD):
            yield f"  {count:,} rows left out: {reason}"
        for name, why in self.left_out.items():
            yield f"  column {name[:80]!r} left out: {why}"
        for column in self.columns:
            told = _column(column)
            notes = f"; {told['note']}" if told["note"] else ""
            unusable = told["rows"] - told["usable"]
            missing = f", {unusable:,} without a usable value" if unusable else ""
            values = f"{told['usable']:,} {_PLURALS[column.kind]}"
            yield f"  {told['role']} {column.name}: {values}{missing}{notes}"


def drawn(found: Found, settings: Settings, model: str, version: str | None, now: int) -> Drawn:
    """Return the reference that rows make.

    Parameters
    ----------
    found
        The rows.
    settings
        Say what of the model is watched, and how its values are read.
    model, version
        Whose reference it is to be.
    now
        Milliseconds since the epoch.

    Raises
    ------
    NoReference
        If it would have too few rows, no column, or too many.
    """
    rows = found.sample.rows()
    if len(rows) < FEWEST_ROWS:
        raise NoReference(
            f"a reference needs {FEWEST_ROWS} rows of {model} at least: {found.why_none()}"
        )
    known = settings.models.get(model, ModelSettings())
    columns: list[Column] = []
    left_out: dict[str, str] = {}
    declared = declarations(settings).of(model)
    for column in prediction_columns([row for row, _ in rows], declared):
        if column.role is Role.FEATURE and column.name in known.ignored:
            left_out[column.name] = "models.<name>.ignored has it"
        elif len(column.name) > LONGEST_NAME:
            left_out[column.name] = f"its name has more than {LONGEST_NAME} characters"
        elif column.role is Role.FEATURE or found.has_predictions:
            columns.append(column)
    most = settings.limits.columns_per_model
    if not columns or len(columns) > most:
        raise NoReference(
            f"{len(columns):,} columns, and 1 to {most:,} are taken (limits.columns_per_model)"
        )
    times = np.array([clamped_time(time) for _, time in rows], dtype=np.int64)
    about = GivenReference(
        reference_id=stable_id("reference", model, version or "", found.source, now),
        model=model,
        version=version,
        kind=found.kind,
        source=found.source,
        rows=len(rows),
        of_rows=found.sample.seen,
        since=int(times.min()) if found.has_times else None,
        until=int(times.max()) if found.has_times else None,
        given=now,
    )
    whole = times if found.has_times else np.zeros(len(rows), dtype=np.int64)
    return Drawn(about, tuple(columns), whole, left_out, found.refused, found.note)


def about_document(about: GivenReference) -> dict[str, Any]:
    """Return what JSON says of a reference beside its columns."""
    return {
        "reference_id": about.reference_id,
        "model": about.model,
        "version": about.version,
        "kind": str(about.kind),
        "source": about.source,
        "rows": about.rows,
        "of_rows": about.of_rows,
        "since": _time(about.since),
        "until": _time(about.until),
        "given_at": _time(about.given),
    }


def about_line(about: GivenReference) -> str:
    """Return a line on a reference for people."""
    whose = f"all versions of {about.model}" if about.version is None else about.model
    whose += "" if about.version is None else f" {about.version}"
    times = "" if about.since is None else f", of {_time(about.since)} to {_time(about.until)}"
    return (
        f"reference of {whose}: {about.rows:,} of {about.of_rows:,} rows of the {about.kind} "
        f"{about.source}{times}, given {_time(about.given)}, id {about.reference_id}"
    )


def _column(column: Column) -> dict[str, Any]:
    flags = column.flags
    values = column.values if flags is None else column.values[flags == Flag.OK]
    note = ""
    if len(values) < FEWEST_ROWS:
        note = "too few to compare with"
    elif (values == values[0]).all():
        note = "all the same"
    return {
        "role": str(column.role),
        "column": column.name,
        "kind": str(column.kind),
        "rows": len(column.values),
        "usable": len(values),
        "note": note,
    }


def _time(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else format_time(clamped_time(milliseconds))
