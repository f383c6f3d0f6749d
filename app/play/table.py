"""A file as a table: each column by its role, as it is taken after a look at the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from app.play.columns import deciding
from app.play.columns.deciding import AmbiguousColumn, Rules, decimal_of_file
from app.play.columns.marks import Marks
from app.play.columns.numbers import Decimal
from app.play.columns.profile import Identities, Profile
from app.play.columns.taken import Taken
from app.play.columns.time_column import TimeProfile, TimeTaken
from app.play.columns.times import Order
from app.play.columns.typed import TypedProfile
from app.play.files.header import is_index
from app.play.files.json_rows import flattened, with_digits
from app.play.files.line import Row
from app.play.roles import ColumnRoles

TYPES: Final = ("number", "boolean", "text")
"""Types that a column can be given by name."""

_BATCH: Final = 1_000


class Column(Protocol):
    """How the cells of one column are read."""

    @property
    def why(self) -> str:
        """The evidence, in words."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user may want to know."""

    def value(self, value: Any) -> Any:
        """Return the value of a cell."""

    def fits(self, value: Any) -> bool:
        """Tell whether a value is of the column's kind."""


@dataclass(frozen=True, slots=True)
class Looking:
    """How a table's columns are looked at.

    Attributes
    ----------
    marks
        Missing values.
    decimal
        The decimal mark where columns leave it open.
    types
        Columns whose type is named.
    time_format
        An order of day and month, `excel`, or a format of ``strptime``.
    kept
        Whether texts are left alone, as in a dump of one's own events, and times may be absent.
    apart
        Whether commas are free for decimals, as semicolons stand between the cells.
    """

    marks: Marks = field(default_factory=Marks)
    decimal: Decimal | None = None
    types: dict[str, str] = field(default_factory=dict)
    time_format: str | None = None
    kept: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """What a file was taken for.

    Attributes
    ----------
    roles
        Of the columns.
    names
        Of all columns, those that are left out among them.
    columns
        How cells are read, by name; those that are left out are not among them.
    time
        How the times are read, where there are any.
    identities
        What the columns of ids and names hold.
    rows
        That were looked at.
    whole
        Whether these were all.
    marks
        Missing values.
    left_out
        Columns that are nothing but row numbers.
    """

    roles: ColumnRoles
    names: tuple[str, ...]
    columns: dict[str, Column]
    time: TimeTaken | None
    identities: dict[str, Identities]
    rows: int
    whole: bool
    marks: Marks = field(default_factory=Marks)
    left_out: tuple[str, ...] = ()


class AmbiguousFile(Exception):
    """Some columns can be read in two ways; the message names all of them."""


class TableProfile:
    """What the columns of a file hold.

    Parameters
    ----------
    roles
        Of the columns.
    typed
        Whether values have types of their own.
    looking
        How they are looked at.
    """

    def __init__(self, roles: ColumnRoles, looking: Looking, *, typed: bool) -> None:
        self._roles = roles
        self._looking = looking
        self._typed = typed
        self._texts: dict[str, Profile] = {}
        self._values: dict[str, TypedProfile] = {}
        self._identities = {name: Identities() for name in roles.identities}
        form = looking.time_format
        orders = {order.value: order for order in Order}
        self._time = TimeProfile(
            looking.marks, orders.get(form or ""), None if form in orders else form
        )
        self.rows = 0

    def add(self, rows: Iterable[Row]) -> None:
        """Look at rows."""
        batch: list[Row] = []
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                self._add(batch)
                batch = []
        if batch:
            self._add(batch)

    def _add(self, rows: Sequence[Row]) -> None:
        self.rows += len(rows)
        lines = [row.line for row in rows]
        for name in self._wanted(rows):
            cells: list[Any] = [row.values.get(name) for row in rows]
            if name in self._identities:
                self._identify(name, rows)
            elif name == self._roles.time:
                self._time.add(cells, lines)
            elif self._typed:
                self._of_values(name, self.rows - len(rows)).add(cells, lines)
            else:
                self._texts.setdefault(name, Profile()).add(cells, lines, self._looking.marks)

    def _wanted(self, rows: Sequence[Row]) -> Iterable[str]:
        first = rows[0].values.keys()
        if not self._typed:
            return [name for name in first if self._is_used(name)]
        found = (name for row in rows for name in row.values)
        every = dict.fromkeys([*self._values, *found])
        return [name for name in every if self._is_used(name)]

    def _is_used(self, name: str) -> bool:
        roles = self._roles
        if roles.features and name not in roles.named:
            return False
        return name not in roles.ignored

    def _of_values(self, name: str, absent: int) -> TypedProfile:
        known = self._values.get(name)
        if known is None:
            marks = None if self._looking.kept else self._looking.marks
            known = TypedProfile(marks, absent)
            self._values[name] = known
        return known

    def _identify(self, name: str, rows: Iterable[Row]) -> None:
        found = self._identities[name]
        for row in rows:
            text = identity(row, name, self._looking.marks)
            if text is None:
                found.missing += 1
            else:
                found.add(text, row.line)

    def table(self, names: Sequence[str], *, whole: bool) -> Table:
        """Return what the columns are taken for.

        Parameters
        ----------
        names
            Of all columns.
        whole
            Whether all rows were looked at.

        Raises
        ------
        AmbiguousFile
            If some can be read in two ways.
        """
        looking = self._looking
        decimal = looking.decimal or decimal_of_file(self._texts.values())
        rules = Rules(looking.marks, decimal, whole, looking.apart)
        ambiguous: list[str] = []
        columns: dict[str, Column] = {}
        for name, profile in self._texts.items():
            try:
                columns[name] = self._text_column(name, profile, rules)
            except AmbiguousColumn as error:
                ambiguous.append(f"column {name!r}: {error}")
        columns |= {name: profile.taken() for name, profile in self._values.items()}
        time = None
        if self._roles.time is not None and not (looking.kept and self._time.is_empty):
            try:
                time = self._time.taken()
            except AmbiguousColumn as error:
                ambiguous.append(f"column {self._roles.time!r}: {error}")
        if ambiguous:
            raise AmbiguousFile("\n".join(ambiguous))
        left_out = tuple(
            name
            for name, profile in self._texts.items()
            if is_index(name) and profile.counting and profile.rows > 1
        )
        roles = self._roles.without(left_out)
        left_out = tuple(name for name in left_out if name in roles.ignored)
        for name in left_out:
            columns.pop(name, None)
        ordered = {name: columns[name] for name in names if name in columns}
        return Table(
            roles,
            tuple(names),
            ordered,
            time,
            self._identities,
            self.rows,
            whole,
            looking.marks,
            left_out,
        )

    def _text_column(self, name: str, profile: Profile, rules: Rules) -> Taken:
        named = self._looking.types.get(name)
        if named == "text":
            return deciding.as_text(profile, rules, "as named")
        if named == "boolean":
            return deciding.boolean(profile, rules)
        if named == "number" or name == self._roles.score:
            return deciding.number(profile, rules)
        if name in {self._roles.prediction, self._roles.label}:
            return deciding.outcome(profile, rules)
        return deciding.feature(profile, rules)


def identity(row: Row, name: str, marks: Marks) -> str | None:
    """Return an id or a name of a row as text, as it is written; None where there is none."""
    value = row.values.get(name)
    if isinstance(value, float) and row.spelling is not None:
        value = flattened(with_digits(row.spelling)).get(name, value)
    if value is None or isinstance(value, list | dict):
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    stripped = text.strip()
    return None if not stripped or stripped in marks.certain else text
