"""Reading a file twice: a look at its rows, which tells what the columns are, then its events."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Final

from app.play import dump
from app.play.delay import LabelDelay
from app.play.events import Clock, EventMaker, Model, Played, UnusableRow
from app.play.files.header import MOST_COLUMNS
from app.play.files.line import BadRow, Line, Row
from app.play.files.source import Source
from app.play.roles import ColumnRoles
from app.play.summary import Summary
from app.play.table import Looking, Table, TableProfile
from app.regular_file import UnreadableFile
from schemas.payloads.rows import FieldMap

PIPED_ROWS: Final = 50_000
"""Rows of standard input from which the columns are told; they are held until then."""


class NothingToPlay(Exception):
    """No row of the file can be played; the message says why."""


@dataclass(frozen=True, slots=True)
class PlayOptions:
    """What to play and how.

    Attributes
    ----------
    model, version
        Whose predictions the rows are; None where columns tell.
    roles
        What the columns are.
    clock
        Event times where no column has them.
    delay
        Of the labels.
    looking
        How the columns are looked at.
    sample
        Rows that are looked at, at most; None for all, or `PIPED_ROWS` of standard input.
    rate
        Predictions a second; None for no limit.
    speed
        Multiples of event time; None for no relation to it.
    limit
        Rows played at most; None for all.
    train
        Rows to train a model on, where no column has predictions; 0 for none.
    predict
        Makes predictions, where no column has them and none is trained.
    """

    model: str | None
    version: str | None
    roles: ColumnRoles
    clock: Clock
    delay: LabelDelay
    looking: Looking = field(default_factory=Looking)
    sample: int | None = None
    rate: float | None = None
    speed: float | None = None
    limit: int | None = None
    train: int = 0
    predict: Model | None = None


class Reader:
    """Turns a source into played rows, and counts those that cannot be.

    Parameters
    ----------
    source, options
        What is read, and how.
    fields
        Where the topic has the fields of an event.
    report
        Gets each row that cannot be played.
    """

    def __init__(
        self,
        source: Source,
        options: PlayOptions,
        fields: FieldMap | None = None,
        report: Callable[[BadRow], None] = lambda _: None,
    ) -> None:
        self.source = source
        self.options = options
        self.summary = Summary()
        self._fields = fields or FieldMap()
        self._report = report
        self._held: Iterator[Line] | None = None
        self._whole = True
        self.dumped = dump.is_dump(source.first_documents(), self._fields)

    def look(self, progress: Callable[[int], None] | None = None) -> Table:
        """Return what the columns are, by all rows, or as many as the options say.

        Parameters
        ----------
        progress
            Gets the number of rows looked at so far, now and then.

        Raises
        ------
        UnknownColumns
            If the file lacks columns that the options name.
        AmbiguousFile
            If columns can be read in two ways.
        UnreadableFile
            If it cannot be read on.
        NothingToPlay
            If there is no row in it.
        """
        source, options = self.source, self.options
        if source.columns and not self.dumped:
            options.roles.check(source.columns)
        roles = dump.roles_of(options.roles) if self.dumped else options.roles
        profile = TableProfile(roles, self._looking(), typed=source.typed)
        names = dict.fromkeys(source.columns)
        for rows in _batches(self._looked_at()):
            names |= dict.fromkeys(name for row in rows for name in row.values)
            if len(names) > MOST_COLUMNS:
                raise UnreadableFile(f"more than {MOST_COLUMNS:,} columns in {profile.rows:,} rows")
            profile.add(rows)
            if progress is not None:
                progress(profile.rows)
        if not profile.rows:
            raise NothingToPlay(self._nothing("the file holds no row that can be read"))
        options.roles.check([*names, *(f"features.{name}" for name in names if self.dumped)])
        return profile.table(tuple(names), whole=self._whole)

    def _looking(self) -> Looking:
        apart = self.source.delimiter == ";"
        return replace(self.options.looking, kept=self.dumped, apart=apart)

    def _looked_at(self) -> Iterator[Line]:
        """Yield the lines that are looked at; those of standard input are held for the play."""
        lines = iter(self._lines())
        most = self.options.sample
        if not self.source.again:
            held = list(islice(lines, most or PIPED_ROWS))
            self._held = chain(held, lines)
            # Not known to be all without reading on, which would wait for what comes.
            self._whole = len(held) < (most or PIPED_ROWS)
            return iter(held)
        if most is None:
            return lines
        self._whole = False
        return islice(lines, most)

    def _lines(self) -> Iterator[Line]:
        source = self.source
        if self.dumped:
            return source.guarded(dump.rows(source.documents(), self._fields))
        return iter(source)

    def rows(self, table: Table) -> Iterator[Played]:
        """Yield the events of the rows, at most as many as the limit.

        Raises
        ------
        UnreadableFile
            If it cannot be read on.
        Untrainable
            If there is nothing to train a model on.
        NothingToPlay
            If all are read, and none could be played.
        """
        options = self.options
        lines = self._held if self._held is not None else self._lines()
        maker = EventMaker(
            model=options.model, version=options.version, table=table, clock=options.clock
        )
        maker.predict = options.predict
        first = list(islice(lines, options.train))
        if options.train:
            maker.predict = self._trained(maker, [row for row in first if isinstance(row, Row)])
        self.summary.tally = maker.tally
        played = 0
        for row in islice(self._events(chain(first, lines), maker), options.limit):
            played += 1
            yield row
        if not played:
            raise NothingToPlay(self._nothing("no row can be played"))

    def _trained(self, maker: EventMaker, rows: list[Row]) -> Model:
        from app.play.learner import train  # noqa: PLC0415 - River takes a second to import

        roles = maker.roles
        values = [maker.values(row) for row in rows]
        labels = [row.get(roles.label or "") for row in values]
        maker.tally.unlike.clear()  # they are read once more
        return train([roles.features_of(row) for row in values], labels)

    def _events(self, lines: Iterator[Line], maker: EventMaker) -> Iterator[Played]:
        number = 0
        for line in lines:
            if isinstance(line, BadRow):
                self._refuse(line)
                continue
            try:
                yield maker.event(number, line)
            except UnusableRow as error:
                self._refuse(BadRow(line.line, error.reason, error.found))
            number += 1

    def _refuse(self, row: BadRow) -> None:
        self.summary.refuse(row)
        self._report(row)

    def _nothing(self, what: str) -> str:
        if not self.summary.reasons:
            bad = (row for row in self._lines() if isinstance(row, BadRow))
            for row in bad if self.source.again else ():
                self.summary.refuse(row)
        reasons = [
            f"{found.count:,} x {reason}, first in {found.first}"
            for reason, found in self.summary.reasons.items()
        ]
        return "; ".join([what, *reasons])


def _batches(lines: Iterator[Line]) -> Iterator[list[Row]]:
    rows = (line for line in lines if isinstance(line, Row))
    while batch := list(islice(rows, 1_000)):
        yield batch
