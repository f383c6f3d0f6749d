"""Options of ``driftline play``, and what they choose."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any, Final, TypeVar

import click

from app.options import declarations
from app.play.columns.marks import Marks
from app.play.columns.numbers import Decimal
from app.play.columns.time_column import EXCEL
from app.play.columns.times import Order
from app.play.delay import LabelDelay, parse_delay, parse_seconds
from app.play.events import Clock
from app.play.files import encoding
from app.play.files.dialect import NamedDialect
from app.play.files.source import NamedForm
from app.play.reader import PIPED_ROWS, PlayOptions
from app.play.roles import ColumnRoles
from app.play.table import TYPES, Looking
from app.settings import Settings
from schemas.events.event_times import read_time
from schemas.events.invalid import InvalidMessage

_YEAR: Final = 365 * 86_400.0
"""Seconds. Rows are sent faster than their event time goes by: begun now, it would run ahead of the
records' time, which intake takes for a wrong clock."""

_DELIMITERS: Final = {
    "tab": "\t",
    "\\t": "\t",
    "space": " ",
    "comma": ",",
    "semicolon": ";",
    "bar": "|",
}

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


class _Parsed(click.ParamType):
    """A value that a function reads, with its own words for what is wrong."""

    def __init__(self, name: str, parse: Callable[[str], Any]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except (ValueError, InvalidMessage) as error:
            self.fail(str(error), param, ctx)


def _delimiter(text: str) -> str:
    found = _DELIMITERS.get(text.lower(), text)
    if len(found) != 1:
        raise ValueError(f"{text!r} is no delimiter: expected one character, or tab or space")
    return found


def _quote(text: str) -> str:
    if text.lower() != "none" and len(text) != 1:
        raise ValueError(f"{text!r} is no quotation mark: expected one character, or none")
    return text.lower()


def _encoding(text: str) -> str:
    return encoding.named(text).name


def _typed(text: str) -> tuple[str, str]:
    column, equals, kind = text.rpartition("=")
    if not equals or kind not in TYPES:
        raise ValueError(f"{text!r}: expected COLUMN=TYPE, one of {', '.join(TYPES)}")
    return column, kind


def _time_format(text: str) -> str:
    if "%" not in text and text not in {EXCEL, *Order}:
        raise ValueError(f"{text!r}: expected dmy, mdy, excel, or a format such as %d.%m.%y %H:%M")
    return text


_ROLES: Final = (
    click.option("--model", help="The model's name; a dump of events has names of its own."),
    click.option("--version", help="The model's version."),
    click.option(
        "--version-column", metavar="COLUMN", help="Versions, where the file has those of many."
    ),
    click.option(
        "--id", "id_", metavar="COLUMN",
        help="Ids, as they are written; by default the row's number, prefixed for the model.",
    ),
    click.option(
        "--time", "time_", metavar="COLUMN", help="Event times in any usual form (docs/times.md)."
    ),
    click.option("--label", metavar="COLUMN", help="The true outcomes."),
    click.option("--prediction", metavar="COLUMN", help="The predicted outcomes."),
    click.option("--score", metavar="COLUMN", help="Probabilities of the predicted outcomes."),
    click.option(
        "--segment", metavar="COLUMN", multiple=True, help="A part of the segment; repeatable."
    ),
    click.option(
        "--feature", "features", metavar="COLUMN", multiple=True,
        help="A feature; repeatable. By default all columns that are nothing else.",
    ),
    click.option(
        "--ignore", "ignored", metavar="COLUMN", multiple=True,
        help="A column to leave out; repeatable.",
    ),
)  # fmt: skip
_FORM: Final = (
    click.option("--encoding", type=_Parsed("name", _encoding), help="Told by default."),
    click.option(
        "--delimiter", type=_Parsed("character", _delimiter), help="Told by default; tab is a tab."
    ),
    click.option(
        "--quote", type=_Parsed("character", _quote), help='Around cells; " by default, or none.'
    ),
    click.option(
        "--skip", type=click.IntRange(min=0), default=0, help="Lines above the header."
    ),
    click.option("--no-header", is_flag=True, help="Columns are column_1, column_2, ..."),
    click.option("--member", metavar="NAME", help="The file in a zip archive of several."),
)  # fmt: skip
_CELLS: Final = (
    click.option(
        "--missing", metavar="MARK", multiple=True,
        help="A further mark for missing values; repeatable.",
    ),
    click.option(
        "--keep", metavar="MARK", multiple=True,
        help="A mark that is a value in this file, such as NA for Namibia; repeatable.",
    ),
    click.option(
        "--decimal", type=click.Choice([each.value for each in Decimal]),
        help="The decimal mark of numbers such as 1,234 that leave it open.",
    ),
    click.option(
        "--type", "types", metavar="COLUMN=TYPE", type=_Parsed("column=type", _typed),
        multiple=True, help=f"The type of a column: {', '.join(TYPES)}. Repeatable.",
    ),
    click.option(
        "--time-format", metavar="FORMAT", type=_Parsed("format", _time_format),
        help="dmy or mdy where dates leave it open, excel for day numbers, or a format such as "
        "%d.%m.%y %H:%M.",
    ),
    click.option(
        "--sample", metavar="ROWS", type=click.IntRange(min=1),
        help="Look at so many rows at most before the columns are decided; by default at all of "
        f"a file, and at {PIPED_ROWS:,} of standard input.",
    ),
)  # fmt: skip
_PLAY: Final = (
    click.option(
        "--model-from-first", "train", metavar="ROWS", type=click.IntRange(min=2),
        help="Without --prediction: train a simple model on the labels of the first rows, freeze "
        "it, and predict all rows with it. Its errors on those first rows are those of a model "
        "that has seen them.",
    ),
    click.option(
        "--label-delay", metavar="DELAY", type=_Parsed("delay", parse_delay), default="0",
        help="How long after its prediction a label comes: event time such as 90, 15m or 2d, or "
        "predictions, such as 500rows.",
    ),
    click.option(
        "--rate", type=click.FloatRange(min=0, min_open=True), help="Predictions a second."
    ),
    click.option(
        "--speed", type=click.FloatRange(min=0, min_open=True),
        help="Multiples of event time; by default, as fast as can be.",
    ),
    click.option(
        "--start-time", metavar="TIME", type=_Parsed("time", read_time),
        help="Without --time: the first row's event time; a year ago by default.",
    ),
    click.option(
        "--step", metavar="DURATION", type=_Parsed("duration", parse_seconds), default="1",
        show_default=True, help="Without --time: event time from row to row.",
    ),
    click.option("--limit", type=click.IntRange(min=1), help="Play so many rows at most."),
    click.option(
        "--dry-run", is_flag=True,
        help="Say what the file and its columns are taken for, and send nothing.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON."),
)  # fmt: skip


def file_options(command: CommandT) -> CommandT:
    """Add the options on the form of a file and of its cells."""
    for option in reversed((*_FORM, *_CELLS)):
        command = option(command)
    return command


def play_options(command: CommandT) -> CommandT:
    """Add the options of a play: arguments for `Chosen`."""
    for option in reversed((*_ROLES, *_FORM, *_CELLS, *_PLAY)):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The options of a play as they were given, by the names of their parameters."""

    file: str
    config: Path | None
    bootstrap: str | None
    assignments: tuple[tuple[str, str], ...]
    model: str | None
    version: str | None
    version_column: str | None
    id_: str | None
    time_: str | None
    label: str | None
    prediction: str | None
    score: str | None
    segment: tuple[str, ...]
    features: tuple[str, ...]
    ignored: tuple[str, ...]
    encoding: str | None
    delimiter: str | None
    quote: str | None
    skip: int
    no_header: bool
    member: str | None
    missing: tuple[str, ...]
    keep: tuple[str, ...]
    decimal: str | None
    types: tuple[tuple[str, str], ...]
    time_format: str | None
    sample: int | None
    train: int | None
    label_delay: LabelDelay
    rate: float | None
    speed: float | None
    start_time: int | None
    step: float
    limit: int | None
    dry_run: bool
    as_json: bool

    def check(self) -> None:
        """Refuse options that do not fit each other.

        Raises
        ------
        click.UsageError
            Saying which.
        """
        if self.time_ is not None and self.start_time is not None:
            raise click.UsageError("--start-time is for files without times; there is --time")
        if self.prediction is not None and self.train is not None:
            raise click.UsageError("--prediction or --model-from-first: one of the two")
        if self.train and self.label is None:
            raise click.UsageError("--model-from-first learns from labels: name their --label")
        if self.train and self.score is not None:
            raise click.UsageError("--score belongs to --prediction; a trained model has its own")
        if self.version is not None and self.version_column is not None:
            raise click.UsageError("--version or --version-column: one of the two")

    def check_columns(self) -> None:
        """Refuse a file without names of its own, where the options do not give them.

        Raises
        ------
        click.UsageError
            Saying what is missing.
        """
        if self.model is None:
            raise click.UsageError("whose predictions are these? Name the model by --model")
        if self.prediction is None and self.train is None:
            raise click.UsageError(
                "where are the predictions? Name their column by --prediction, or have a model "
                "trained by --model-from-first ROWS and --label; one of the two"
            )

    def form(self) -> NamedForm:
        """Return what of the file's form is named."""
        dialect = NamedDialect(self.delimiter, self.quote, self.skip)
        return NamedForm(self.encoding, dialect, self.no_header, self.member)

    def options(self, settings: Settings) -> PlayOptions:
        """Return what to play and how; the settings say what is missing on the model's topic."""
        start = round((time() - _YEAR) * 1000) if self.start_time is None else self.start_time
        return PlayOptions(
            model=self.model,
            version=self.version,
            roles=ColumnRoles(
                self.id_, self.time_, self.label, self.prediction, self.score, self.features,
                self.ignored, self.version_column, segment=self.segment,
            ),
            clock=Clock(start, self.step * 1000),
            delay=self.label_delay,
            looking=Looking(
                Marks.of(
                    self.missing, self.keep, declarations(settings).of(self.model).spellings
                ),
                None if self.decimal is None else Decimal(self.decimal),
                dict(self.types),
                self.time_format,
            ),
            sample=self.sample,
            rate=self.rate,
            speed=self.speed,
            limit=self.limit,
            train=self.train or 0,
        )  # fmt: skip
