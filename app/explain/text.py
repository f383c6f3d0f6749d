"""An explanation in lines for people."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import yaml

from app.explain.advice import ANY_MODEL
from app.explain.columns import SeenColumn, counted
from app.explain.explanation import Explanation, Told
from app.explain.plain import plain
from app.terminal import printable
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.left_out import LeftOut, Oddity

MOST_PLACES: Final = 3
"""Places that are named of records with the same fault."""

WIDEST: Final = 48
"""Characters of a cell or value."""

_PLACE_IN_JSON: Final = re.compile(r" \(line \d+, column \d+\)")
MOST_FAULTS: Final = 20
"""Kinds of faults that are told; the commonest come first."""

MOST_MODELS: Final = 10
"""Model versions whose columns are told."""

MOST_COLUMNS: Final = 100
"""Columns of a version that are told; those that are misread come first."""

MOST_MEMBERS: Final = 30
"""Features of a record that are told."""

_HEADINGS: Final = (
    "column",
    "role",
    "watched as",
    "because of",
    "not usable",
    "distinct",
    "such as",
)


def lines_of(explanation: Explanation, *, shown: int) -> Iterator[str]:
    """Yield the lines; names and values in them may hold anything.

    Parameters
    ----------
    shown
        How many of the records that are taken are told one by one.
    """
    counts = ", ".join(
        f"{count} {outcome}"
        for outcome in ("taken", "skipped", "refused")
        if (count := explanation.count(outcome)) or outcome == "taken"
    )
    yield (
        f"{explanation.sample.name}: {counted(len(explanation.records), 'record')}, read as "
        f"{explanation.role.replace('_', ' ')}: {counts}"
    )
    yield from _not_taken(explanation.records)
    yield from _left_out(explanation.records)
    for hint in explanation.hints:
        yield ""
        yield hint
    yield from _advice(explanation)
    yield from _columns(explanation)
    yield from _records(explanation, shown)


def _not_taken(records: Sequence[Told]) -> Iterator[str]:
    groups: dict[str, list[Told]] = {}
    for each in records:
        if each.why_not is not None:
            # The same mistake stands at another place in each record.
            kind = _PLACE_IN_JSON.sub("", str(each.why_not))
            groups.setdefault(f"{each.outcome}: {kind}", []).append(each)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    for _, those in ordered[:MOST_FAULTS]:
        yield ""
        yield f"{those[0].outcome}: {those[0].why_not}"
        yield f"  {_places(those)}"
        yield f"  such as: {those[0].beginning}"
        if those[0].setting:
            yield f"  setting: {those[0].setting}"
        yield from _hints(those[0])
    yield from _rest(len(ordered) - MOST_FAULTS, "fault")


_ODD: Final = {
    Oddity.OTHER_NAME: "seems to stand under another name",
    Oddity.NOT_COMPARABLE: "can be compared with nothing",
    Oddity.AMBIGUOUS: "may be a number or something printed, and counts as a text",
    Oddity.NOT_ONE: "are not 1 in all",
    Oddity.OTHER_CLASSES: "are not those of the predicted class",
    Oddity.WRONG_LENGTH: "has not a probability for each class",
}
"""What is odd, where the reason alone is no sentence."""


def _left_out(records: Sequence[Told]) -> Iterator[str]:
    groups: dict[LeftOut, list[Told]] = {}
    for each in records:
        for odd in {odd for row in each.rows for odd in row.left_out}:
            groups.setdefault(odd, []).append(each)
    for odd, those in sorted(groups.items()):
        yield ""
        said = _ODD.get(odd.oddity) or f"is {odd.oddity.replace('_', ' ')}"
        yield f"taken without {odd.field}, which {said}:"
        yield f"  {_places(those)}"


def _places(those: Sequence[Told]) -> str:
    places = "; ".join(each.place for each in those[:MOST_PLACES])
    more = f" and {len(those) - MOST_PLACES} more" if len(those) > MOST_PLACES else ""
    return f"{counted(len(those), 'record')}: {places}{more}"


def _hints(told: Told) -> Iterator[str]:
    why = told.why_not
    if not isinstance(why, InvalidMessage):
        return
    value = told.beginning.lstrip()
    if why.reason is Reason.UNDECODABLE and value in {"[", "{"}:
        yield "  one document over many lines? write each object in a line, as `jq -c` does"
    elif why.reason is Reason.UNDECODABLE and not value.startswith("{") and "," in value:
        yield "  a table? `driftline play` takes CSV files"
    elif told.setting.endswith(".prediction_id") and told.place.startswith("line "):
        yield "  a line has no key; in a topic the record's key is the id of events without one"


def _advice(explanation: Explanation) -> Iterator[str]:
    advice = explanation.advice
    if advice is None:
        return
    yield ""
    better = len(advice.records) > explanation.count("taken")
    if better:
        yield "what would change that:"
    else:
        yield "a part of what would:" if explanation.count("refused") else "what else there is:"
    nested: dict[str, Any] = {}
    for path, value in advice.settings.items():
        section, _, name = path.rpartition(".")
        nested.setdefault(section, {})[name] = value
    for line in yaml.safe_dump(nested, sort_keys=False, allow_unicode=True).splitlines():
        yield f"  {line}"
    if better:
        yield f"  with it {len(advice.records)} of {len(explanation.records)} are taken"
    if ANY_MODEL in advice.settings.values():
        yield f"  {ANY_MODEL} stands for the name that you give the model"


def _columns(explanation: Explanation) -> Iterator[str]:
    with_it = "" if explanation.count("taken") else ", with it"
    for (model, version), seen in islice(explanation.columns.items(), MOST_MODELS):
        yield ""
        yield f"columns of {model} {version}{with_it}:"
        told = seen
        if len(seen) > MOST_COLUMNS:
            told = sorted(seen, key=lambda each: not each.is_misread)[:MOST_COLUMNS]
        yield from _table([_HEADINGS, *map(_row, told)])
        for each in told:
            yield from _misread(model, each)
        yield from _rest(len(seen) - MOST_COLUMNS, "column")
    yield from _rest(len(explanation.columns) - MOST_MODELS, "model version")


def _rest(count: int, noun: str) -> Iterator[str]:
    """Yield how many there are besides those that were told."""
    if count > 0:
        yield f"  and {counted(count, f'more {noun}')}: --json tells all"


def _misread(model: str, column: SeenColumn) -> Iterator[str]:
    if column.written is not None:
        yield (
            f"  {column.name} is numbers that are written as texts, such as {column.written!r}: of "
            "texts only the shares are watched; send numbers"
        )
    if column.packed is not None:
        yield f"  {column.name} is {column.packed}"
    if not column.is_misread:
        return
    if column.watched_as is None:
        yield f"  {column.name} is watched by nothing: {column.why}"
        return
    kinds = json.dumps({column.name: str(column.commonest)}, ensure_ascii=False)
    yield (
        f"  most values of {column.name} are of another kind than it is watched as; "
        f"models.{model}.kinds: {kinds} declares it"
    )


def _row(column: SeenColumn) -> tuple[str, ...]:
    watched = "nothing" if column.watched_as is None else str(column.watched_as)
    problems = ", ".join(f"{count} {name}" for name, count in column.problems.items())
    examples = ", ".join(map(_value, column.examples))
    return (
        column.name,
        str(column.role),
        watched,
        column.why,
        problems,
        str(column.distinct),
        examples,
    )


def _records(explanation: Explanation, shown: int) -> Iterator[str]:
    taken = [each for each in explanation.records if each.why_not is None]
    if not taken or not shown:
        return
    yield ""
    more = "" if len(taken) <= shown else f" (the first {shown} of {len(taken)}; --show tells more)"
    yield f"records{more}:"
    for each in taken[:shown]:
        for row in each.rows:
            yield f"  {each.place}: {_pairs(row.fields)}"
            if row.features:
                yield f"    features: {_pairs(row.features)}"
            if row.note:
                yield f"    {row.note}"


def _pairs(members: Mapping[str, Any]) -> str:
    told = [f"{name} {_value(value)}" for name, value in islice(members.items(), MOST_MEMBERS)]
    more = len(members) - MOST_MEMBERS
    return ", ".join(told) + (f" and {more:,} more" if more > 0 else "")


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return _cut(json.dumps(plain(value), ensure_ascii=False, default=str))


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 3] + "..."


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    # Escaped before it is measured: what is not printable takes more room.
    cut = [[_cut(printable(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
    for row in cut:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells).rstrip()}"
