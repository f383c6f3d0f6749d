"""A column of event times: which form they are of, and which number is the day."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from app.play.columns.deciding import AmbiguousColumn
from app.play.columns.marks import Marks
from app.play.columns.profile import ROUNDED, Example, is_rounded
from app.play.columns.times import Form, Moment, Order, UnknownTime, read_format, read_time
from schemas.events.times import format_time

EXCEL: Final = "excel"
"""The name for day numbers since the end of 1899, as Excel stores times."""

FORMATS: Final = (*(order.value for order in Order), EXCEL)

_EXCEL_EPOCH: Final = datetime(1899, 12, 30, tzinfo=UTC)
_MOST_OTHERS: Final = 0.05


@dataclass(frozen=True, slots=True)
class TimeTaken:
    """How the cells of a column are read as times.

    Attributes
    ----------
    why
        The evidence, in words.
    order
        Which number is the day, where that is open.
    format
        Of ``strptime``, or `EXCEL`; None where the forms tell.
    marks
        Missing values.
    missing
        Cells without a time by their mark.
    notes
        What the user may want to know.
    """

    why: str
    order: Order = Order.DAY_FIRST
    format: str | None = None
    marks: Marks = field(default_factory=Marks)
    missing: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def time(self, value: Any) -> int | None:
        """Return the milliseconds that a cell says; None where it has no time.

        Raises
        ------
        UnknownTime
            If it says none that is of the column's form.
        """
        if value is None or _is_missing(value, self.marks):
            return None
        if self.format == EXCEL:
            return _excel(value)
        if self.format is not None:
            return read_format(str(value), self.format)
        time = read_time(value).by(self.order)
        if time is None:
            raise UnknownTime(f"no date of the order {self.order.value}")
        return time


@dataclass(slots=True)
class TimeProfile:
    """What a column of times holds.

    Attributes
    ----------
    order, format
        Named by the user, or None.
    """

    marks: Marks
    order: Order | None = None
    format: str | None = None
    _rows: int = 0
    _forms: Counter[Form] = field(default_factory=Counter)
    _missing: Counter[str] = field(default_factory=Counter)
    _unknown: int = 0
    _first_unknown: tuple[Example, str] | None = None
    _only_day_first: int = 0
    _only_month_first: int = 0
    _examples: dict[str, Example] = field(default_factory=dict)
    _zoned: int = 0
    _range: dict[Order, tuple[int, int]] = field(default_factory=dict)
    _both: int = 0
    _firsts: set[int] = field(default_factory=set)
    _lasts: set[int] = field(default_factory=set)
    _either_end: int = 0
    _rounded: int = 0

    def add(self, cells: Sequence[Any], lines: Sequence[int]) -> None:
        """Look at some cells, and the lines that they stand in."""
        for value, line in zip(cells, lines, strict=True):
            self._rows += 1
            if value is None or _is_missing(value, self.marks):
                self._missing["" if value is None else str(value).strip()] += 1
                continue
            try:
                moment = self._moment(value)
            except UnknownTime as error:
                self._unknown += 1
                self._first_unknown = self._first_unknown or (Example(str(value), line), str(error))
                continue
            self._note(moment, Example(str(value), line))

    def _moment(self, value: Any) -> Moment:
        if self.format is None:
            return read_time(value)
        time = _excel(value) if self.format == EXCEL else read_format(str(value), self.format)
        return Moment(Form.DATE, time, time, zoned=True)

    def _note(self, moment: Moment, example: Example) -> None:
        self._forms[moment.form] += 1
        self._zoned += moment.zoned
        self._rounded += is_rounded(example.text)
        if moment.ends is not None:
            self._either_end += 1
            self._firsts.add(moment.ends[0])
            self._lasts.add(moment.ends[1])
            self._examples.setdefault("ends", example)
        self._examples.setdefault("", example)
        if moment.mdy is None:
            self._only_day_first += 1
            self._examples.setdefault("dmy", example)
        elif moment.dmy is None:
            self._only_month_first += 1
            self._examples.setdefault("mdy", example)
        elif moment.dmy != moment.mdy:
            self._both += 1
            self._examples.setdefault("both", example)
        for order in Order:
            time = moment.by(order)
            if time is not None:
                low, high = self._range.get(order, (time, time))
                self._range[order] = (min(low, time), max(high, time))

    @property
    def is_empty(self) -> bool:
        """Whether no cell has anything but a mark for nothing."""
        return self._rows == self._missing.total()

    def taken(self) -> TimeTaken:
        """Return how the column is read.

        Raises
        ------
        AmbiguousColumn
            If day and month may be either, or are both, or hardly anything is a time.
        """
        known = self._rows - self._missing.total()
        if self.is_empty:
            raise AmbiguousColumn("no time in it: name another column by --time, or leave it out")
        if self._unknown > known / 2 and self._first_unknown is not None:
            example, error = self._first_unknown
            raise AmbiguousColumn(
                f"{self._unknown:,} of {known:,} are no times, such as {example.text!r} (line "
                f"{example.line}): {error}; --time-format names a form: dmy, mdy, %d.%m.%y"
            )
        order = self.order or self._order()
        forms = " and ".join(f"{count:,} {form.value}" for form, count in self._forms.most_common())
        low, high = (format_time(each) for each in self._range[order])
        why = [forms, f"from {low} to {high}"]
        if self._only_day_first or self._only_month_first or self._both:
            first = "day" if order is Order.DAY_FIRST else "month"
            why.insert(1, f"the {first} first" + (" as named" if self.order else ""))
        if self._unknown and self._first_unknown is not None:
            example, _ = self._first_unknown
            why.append(
                f"{self._unknown:,} are none, such as {example.text!r} (line {example.line})"
            )
        named = self.format is not None
        notes = [] if self._zoned or named else ["times without an offset are read as UTC"]
        if self._rounded:
            notes.append(f"{self._rounded:,} {ROUNDED}, such as 1.77E+12")
        return TimeTaken(
            ", ".join(why), order, self.format, self.marks, dict(self._missing), tuple(notes)
        )

    def _may_begin_with_years(self) -> bool:
        """Tell whether of dates with two digits at each end the first may be of years.

        There are fewer of them than days then; of one day alone nobody knows, but that points are
        seldom set behind years. Of other forms that stand among them only dates tell.
        """
        dates = self._forms[Form.DATE] + self._forms[Form.EITHER]
        if not self._either_end or self._either_end < dates:
            return False
        if len(self._firsts) == len(self._lasts):
            return "." not in self._examples["ends"].text
        return len(self._firsts) < len(self._lasts)

    def _order(self) -> Order:
        if self._may_begin_with_years():
            example = self._examples["ends"].text
            raise AmbiguousColumn(
                f"{example!r} and all others may have the year first or the day, and the years "
                "would differ more than the days: name it by --time-format %y-%m-%d, dmy or mdy"
            )
        day, month = self._only_day_first, self._only_month_first
        few = _MOST_OTHERS * (day + month)
        if day and month and min(day, month) > few:
            raise AmbiguousColumn(
                f"{day:,} dates can only have the day first, such as "
                f"{self._examples['dmy'].text!r}, and {month:,} only the month, such as "
                f"{self._examples['mdy'].text!r}: the file mixes both, as Excel does when it opens "
                "the dates of another country; mend it, or name one by --time-format"
            )
        if not day and not month and self._both:
            example = self._examples["both"].text
            raise AmbiguousColumn(
                f"{example!r} and all others may have the day or the month first: name it by "
                "--time-format dmy or --time-format mdy"
            )
        return Order.DAY_FIRST if day >= month else Order.MONTH_FIRST


def _is_missing(value: Any, marks: Marks) -> bool:
    if not isinstance(value, str):
        return isinstance(value, float) and math.isnan(value)
    stripped = value.strip()
    return not stripped or stripped in marks.certain or stripped in marks.words


def _excel(value: Any) -> int:
    try:
        days = float(str(value).replace(",", "."))
        moment = _EXCEL_EPOCH + timedelta(days=days)
    except (ValueError, OverflowError):
        raise UnknownTime("no day number") from None
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
