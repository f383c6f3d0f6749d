"""What a worker would watch of sampled predictions: each column, as what, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.observations.prediction_reader import PredictionReader
from agents.records.block import RecordBlock
from agents.records.record import Record
from app.options import declarations, intake_options, new_fleet
from app.settings import Settings
from detectors.monitors.given import ColumnKey
from schemas.payloads.packed_texts import packed_in
from schemas.tables.columns import Column, Flag, Kind, Role
from schemas.tables.declared import Declared
from schemas.tables.model_version import ModelVersion
from schemas.tables.observations import ObservationBatch, ObservationTable
from schemas.tables.retyping import KINDS, UNUSABLE, kinds_of, retyped
from schemas.values.spellings import Spellings
from schemas.values.written import is_written

MOST_EXAMPLES: Final = 3


@dataclass(slots=True)
class SeenColumn:
    """One column of one model version in the sample.

    Attributes
    ----------
    role, name
        Which one.
    watched_as
        The kind as which a worker would watch it by now; None where it would not.
    declared
        Whether the settings say so.
    forms
        How many usable values there are by their own kind.
    problems
        How many values of each other quality there are, by the quality's name.
    examples
        The first distinct values.
    distinct
        How many there are.
    """

    role: Role
    name: str
    watched_as: Kind | None = None
    declared: bool = False
    forms: Counter[Kind] = field(default_factory=Counter)
    problems: dict[str, int] = field(default_factory=dict)
    examples: list[Any] = field(default_factory=list)
    _values: set[Any] = field(default_factory=set)

    @property
    def distinct(self) -> int:
        """How many distinct usable values there are."""
        return len(self._values)

    @property
    def why(self) -> str:
        """Why it is watched as it is, in words."""
        if self.declared:
            return "declared"
        said = [counted(count, _FORMS[kind]) for kind, count in self.forms.most_common()]
        return ", ".join(said) or "no usable value"

    @property
    def commonest(self) -> Kind | None:
        """The kind of most of its usable values."""
        return self.forms.most_common(1)[0][0] if self.forms else None

    @property
    def written(self) -> str | None:
        """A number of a column of numbers with marks of a currency or other signs; None of others.

        Amounts with a currency or in groups, percentages, decimal commas.
        """
        if self.role not in _WRITTEN_ROLES or self.watched_as is not Kind.CATEGORY or self.declared:
            return None
        texts = sorted(each for each in self._values if isinstance(each, str))
        written = [each for each in texts if is_written(each)]
        is_most = len(written) >= _LEAST_WRITTEN and len(written) >= _MOSTLY * self.distinct
        return written[0] if is_most else None

    @property
    def packed(self) -> str | None:
        """What texts are that hold something else, in words; None of others."""
        if self.role is not Role.FEATURE or self.watched_as is not Kind.CATEGORY or self.declared:
            return None
        return packed_in([each for each in self._values if isinstance(each, str)])

    @property
    def is_misread(self) -> bool:
        """Whether most of what it holds is not used, and is more than missing."""
        if self.watched_as is None:
            return any(self.problems.get(each.name.lower()) for each in _UNUSABLE)
        return self.watched_as is not self.commonest

    def see(self, column: Column, spellings: Spellings) -> None:
        """Take the values of a column of observations."""
        kinds = kinds_of(column, spellings).tolist()
        for value, kind in zip(column.values.tolist(), kinds, strict=True):
            if kind == UNUSABLE:
                continue
            shown = _shown(column, value)
            self.forms[KINDS[kind]] += 1
            if shown not in self._values:
                self._values.add(shown)
                if len(self.examples) < MOST_EXAMPLES:
                    self.examples.append(shown)

    def document(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {
            "role": str(self.role),
            "name": self.name,
            "watched_as": None if self.watched_as is None else str(self.watched_as),
            "why": self.why,
            "usable": {str(kind): count for kind, count in self.forms.items()},
            "not_usable": self.problems,
            "distinct": self.distinct,
            "examples": self.examples,
        }


_WRITTEN_ROLES: Final = frozenset({Role.FEATURE, Role.PREDICTION})
_LEAST_WRITTEN: Final = 5
_MOSTLY: Final = 0.9
_FORMS: Final = {Kind.NUMBER: "number", Kind.CATEGORY: "text", Kind.BOOLEAN: "boolean"}
_UNUSABLE: Final = (Flag.NAN, Flag.INFINITE, Flag.MISTYPED)


def counted(count: int, noun: str) -> str:
    """Return so many of something, in words.

    Examples
    --------
    >>> counted(1, "text"), counted(2, "text")
    ('1 text', '2 texts')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def columns_of(
    settings: Settings, records: Sequence[Record]
) -> dict[ModelVersion, list[SeenColumn]]:
    """Return the columns of each model version, as a worker that has read these would have them."""
    fleet, known = new_fleet(settings), declarations(settings)
    tables = list(_tables(settings, records))
    fleet.update_all(tables)
    batches: dict[ModelVersion, list[ObservationBatch]] = {}
    for table in tables:
        for batch in table.batches():
            batches.setdefault((batch.model, batch.version), []).append(batch)
    found = {}
    for (model, version), those in batches.items():
        monitor = fleet.monitor(model, version)
        watched = {} if monitor is None else monitor.columns
        # One that never had a usable value is counted, and watched as nothing.
        kinds = {key: each.kind for key, each in watched.items() if each.problems[Flag.OK]}
        found[model, version] = _seen(those, kinds, known.of(model))
    return found


def _seen(
    batches: Sequence[ObservationBatch],
    kinds: Mapping[ColumnKey, Kind],
    declared: Declared,
) -> list[SeenColumn]:
    seen: dict[ColumnKey, SeenColumn] = {}
    tables = [{(each.role, each.name): each for each in batch.columns} for batch in batches]
    for columns in tables:
        for key, column in columns.items():
            if key not in seen:
                is_declared = column.role is Role.FEATURE and column.name in declared.kinds
                seen[key] = SeenColumn(*key, watched_as=kinds.get(key), declared=is_declared)
            seen[key].see(column, declared.spellings)
    for key, each in seen.items():
        counts = np.zeros(len(Flag), dtype=np.int64)
        for batch, columns in zip(batches, tables, strict=True):
            counts += _qualities(columns.get(key), each.watched_as, len(batch), declared.spellings)
        counts[Flag.OK] = 0
        each.problems = {flag.name.lower(): int(counts[flag]) for flag in Flag if counts[flag]}
    return list(seen.values())


def _tables(settings: Settings, records: Iterable[Record]) -> Iterator[ObservationTable]:
    reader = PredictionReader.of(intake_options(settings))
    for (topic, partition), group in groupby(records, lambda each: (each.topic, each.partition)):
        block = RecordBlock.from_records(topic, partition, list(group))
        for _, table in reader.read([block]).tables(lambda _: 0):
            yield table


def _qualities(
    column: Column | None, kind: Kind | None, rows: int, spellings: Spellings
) -> NDArray[np.int64]:
    """Count the values of so many rows by their quality, shape ``(len(Flag),)``."""
    flags = np.full(rows, Flag.ABSENT if column is None else Flag.OK, dtype=np.uint8)
    if column is not None:
        read = column if kind is None else retyped(column, kind, spellings)
        flags = flags if read.flags is None else read.flags
    return np.bincount(flags, minlength=len(Flag))


def _shown(column: Column, value: Any) -> Any:
    if column.kind is Kind.CATEGORY:
        return column.categories[value]
    return bool(value) if column.kind is Kind.BOOLEAN else value
