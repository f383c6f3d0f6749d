"""What a file was taken for, column by column: as lines for people, and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from app.play.columns.profile import ROUNDED, Identities
from app.play.columns.taken import Taken
from app.play.columns.typed import Given
from app.play.files.source import Source
from app.play.table import Column, Table

_WIDEST: Final = 30
_EMPTY: Final = "empty"


def lines(source: Source, table: Table, *, dumped: bool) -> Iterator[str]:
    """Yield what a file was taken for, in lines for people."""
    yield f"{source.name}: {source.form}"
    if dumped:
        yield "  a dump of prediction events: features keep their names, ids and versions are kept"
    yield from (f"  note: {note}" for note in source.notes)
    looked = "all" if table.whole else "the first"
    yield f"  {looked} {table.rows:,} rows were looked at; the columns are taken for:"
    found = columns(table)
    width = max((min(len(each["column"]), _WIDEST) for each in found), default=0)
    kinds = max((len(each["taken_for"]) for each in found), default=0)
    for each in found:
        missing = _missing(each["missing"])
        parts = [each["why"], *([missing] if missing else [])]
        name, kind = each["column"].ljust(width), each["taken_for"].ljust(kinds)
        yield f"  {name}  {kind}  {'; '.join(parts)}"
        yield from (f"  {' ' * width}  note: {note}" for note in each["notes"])


def document(source: Source, table: Table, *, dumped: bool) -> dict[str, Any]:
    """Return what a file was taken for as JSON has it."""
    return {
        "file": source.name,
        "form": source.form,
        "dump_of_events": dumped,
        "notes": list(source.notes),
        "rows_looked_at": table.rows,
        "all_rows_looked_at": table.whole,
        "columns": columns(table),
    }


def columns(table: Table) -> list[dict[str, Any]]:
    """Return every column of a table: its role, what it was taken for, and why."""
    roles = table.roles
    uses = {
        name: use
        for use, name in (
            ("id", roles.id), ("version", roles.version), ("model", roles.model),
            ("time", roles.time), ("label", roles.label), ("prediction", roles.prediction),
            ("score", roles.score), ("scores", roles.scores), ("segment", roles.segments),
        )
        if name is not None
    }  # fmt: skip
    uses |= dict.fromkeys(roles.segment, "segment")
    features = set(roles.feature_columns(table.names))
    found = []
    for name in table.names:
        use = uses.get(name, "feature" if name in features else "left out")
        found.append({"column": name, "role": use, **_column(name, use, table)})
    return found


def _column(name: str, use: str, table: Table) -> dict[str, Any]:
    if name in table.identities:
        return _identity(use, table.identities[name])
    if use == "time" and table.time is not None:
        taken = table.time
        return _entry("time", taken.why, taken.missing, taken.notes)
    column = table.columns.get(name)
    if column is None or use == "left out":
        numbers = name in table.left_out
        return _entry("left out", "row numbers of the file's own" if numbers else "not asked for")
    kind = str(column.kind) if isinstance(column, Taken | Given) else "as it is"
    shown = kind if use == "feature" else f"{use}: {kind}"
    missing = column.missing if isinstance(column, Taken | Given) else {}
    return _entry(shown, _why(column), missing, column.notes)


def _why(column: Column) -> str:
    parts = [column.why]
    if isinstance(column, Taken):
        if column.unlike and column.odd is not None:
            parts.append(
                f"{column.unlike:,} unlike these, such as {column.odd.text[:40]!r} (line "
                f"{column.odd.line}), sent as text"
            )
        if column.shown:
            parts.append(f"such as {', '.join(column.shown)}")
    return "; ".join(parts)


def _identity(use: str, found: Identities) -> dict[str, Any]:
    different = f"{'over ' if found.full else ''}{len(found.different):,} different"
    notes = []
    if found.rounded:
        notes.append(f"{found.rounded:,} {ROUNDED}, such as 1.79E+18")
    if use == "id" and found.repeated and found.first is not None:
        text, line = found.first
        notes.append(f"{found.repeated:,} come again, the first is {text!r} in line {line}")
    why = f"{different}, each as it is written"
    if found.shown:
        why += f", such as {', '.join(text[:40] for text in found.shown)}"
    return _entry(f"{use}: text", why, {"": found.missing} if found.missing else {}, notes)


def _entry(
    taken: str, why: str, missing: Mapping[str, int] | None = None, notes: Sequence[str] = ()
) -> dict[str, Any]:
    return {"taken_for": taken, "why": why, "missing": dict(missing or {}), "notes": list(notes)}


def _missing(marks: Mapping[str, int]) -> str:
    if not marks:
        return ""
    shown = ", ".join(f"{count:,} {mark or _EMPTY}" for mark, count in list(marks.items())[:5])
    return f"{sum(marks.values()):,} missing ({shown}{', ...' if len(marks) > 5 else ''})"
