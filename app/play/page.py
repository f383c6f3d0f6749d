"""The page of the documentation that says how `driftline play` reads files."""

from collections.abc import Iterable, Iterator
from typing import Final

from app.play.columns.booleans import SPELLINGS
from app.play.columns.deciding import ENOUGH, MOST_CODED, MOST_UNLIKE
from app.play.columns.marks import MARKS, WORDS
from app.play.columns.numbers import CODES, SYMBOLS, Decimal, form_of, mask_of, number_of
from app.play.columns.times import Order, UnknownTime, read_time
from app.play.files.dialect import DELIMITERS
from app.play.reader import PIPED_ROWS
from schemas.events.times import format_time

_NUMBERS: Final = (
    *("1234", "-0.5", "1,234", "1.234", "1,234.50", "1.234,50", "1 234,50", "1'234.50"),
    *("1,23,456.78", "1,5E+03", "12,5 %", "€ 12.50", "(12.50)", "12.50-", "007"),
    "1790000000000000000",
)
_TIMES: Final = (
    *("2026-03-01 13:00:00+0100", "20260301120000", "31.12.2026 13:05", "31/12/2026", "12/31/2026"),
    *("03/04/2026", "31-DEC-26", "Dec 31, 2026", "1. März 2026", "1772366400", "46082.5"),
)
_TEXT: Final = """
# Files

`driftline play FILE` decides nothing in silence. A file is read twice: at first it is looked at,
all of it, and for each column it is said what it was taken for, why, and what is missing; then it
is sent. `--dry-run` ends before anything is sent, `--json` says the same to scripts. What can be
read in two ways is refused, all of it at once, with the option that names one. Of standard input
the first {piped:,} rows are looked at, and held until then; `--sample` looks at fewer, and what
is unlike in later rows is counted by column, with its first line.

## Form

Delimited text, JSON lines (also with a key or a time before each document), a JSON array, JSON
documents one after the other, Parquet (`pip install 'driftline[parquet]'`). gzip, bzip2, xz and
zip are told by their first bytes; of several files in an archive `--member` names one. Other
forms, such as Excel workbooks, Avro, zstd or a database, are named in the error.

- *Encoding.* UTF-8, UTF-16 and UTF-32 are told for certain. Text that is not UTF-8, and Western
  European by its look, is read as Windows-1252, and a word of it is shown; any other needs
  `--encoding`.
- *Delimiter.* {delimiters} or spaces: the one by which header and rows agree; `--delimiter` names
  any. Excel's line `sep=;` is honoured, empty lines above the header are skipped, `--skip` skips
  others.
- *Header.* Names are trimmed; columns that share a name are numbered, columns without one are
  `column_N`, and are left out where they only count rows. A first line that is a row by its look
  is refused; `--no-header` takes it as one.
- *Rows* with too few or too many cells, of another encoding, without a prediction or with a time
  that cannot be read are left out, and counted by their reason with the first line. A file of
  which no row can be played is an error.
- *A dump of a topic*, as kcat or a console consumer writes it, needs no options: fields are where
  `intake.prediction_fields` has them, features keep their names, ids, versions and keys are kept.
  Where no event has a time, they are played as rows without `--time`.

## Columns

Ids, versions and segments are text, every character as it is written. Predictions and labels are
numbers where all of them are, else the text as it is written, `none` included. Other columns:

| taken for | where |
| --- | --- |
| number | {unlike:.0%} of the values at most are none; these are sent as they are, and counted |
| text: codes | whole numbers beyond 2^53, more than {unlike:.0%} of the numbers |
| text: codes | whole numbers with leading zeros, {coded:.0%} or more, or all of one length |
| boolean | all values are of one spelling (below) |
| list of numbers | all values are lists in JSON |
| text | otherwise, or all of it dates |

`--type COLUMN=text` (or `number`, `boolean`) names one. In JSON and Parquet values have types of
their own: but for marks, and for whole numbers beyond 2^53, which are sent as text, they are left
as they are.

### Missing values

An empty cell, and these marks in any column. `--missing` adds one, `--keep` makes one a value.

| who writes them | marks |
| --- | --- |
{marks}
Among numbers and times also these words, which are values of their own among texts: {words}.

### Numbers

The decimal mark is that of the column: a number that can have only one tells it. Where all can
have both, a point is a decimal point, unless other columns of the file have decimal commas, or
semicolons stand between the cells and no column tells; a comma is what the other columns have, or
it separates thousands where {enough} numbers and more have one, no one beyond 999 is without, and
some below are. Otherwise the file is refused: `--decimal` names the mark. Percent are hundredths.
Currencies are left out where all of the column have the same: {currencies}.

| text | by decimal point | by decimal comma |
| --- | --- | --- |
{numbers}
### Booleans

Capitals or not, true before false: {booleans}.

### Times

Every form of [times](times.md), and dates with the day or the month first, with months' names in
several languages. Which number is the day, all dates of the column tell together; where they do
not, or say both, or where a year of two digits may be the first number, the file is refused, and
`--time-format` names `dmy`, `mdy`, `excel` (day numbers) or a format of strptime. Times without an
offset are UTC.

| text | is read as |
| --- | --- |
{times}"""


def files_page() -> str:
    """Return the page, its tables from the code that reads."""
    return _TEXT.format(
        piped=PIPED_ROWS,
        unlike=MOST_UNLIKE,
        coded=MOST_CODED,
        enough=ENOUGH,
        delimiters=", ".join(DELIMITERS.values()),
        marks=_rows((who, _listed(marks)) for who, marks in MARKS.items()),
        words=_listed(WORDS),
        currencies=_listed((*SYMBOLS, *CODES)),
        numbers=_rows((_code(text), *_readings(text)) for text in _NUMBERS),
        booleans=_listed(f"{true}/{false}" for true, false in SPELLINGS),
        times=_rows((_code(text), _time(text)) for text in _TIMES),
    )


def _rows(cells: Iterable[Iterable[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(map(_code, texts))


def _code(text: str) -> str:
    return f"`{text}`"


def _readings(text: str) -> Iterator[str]:
    form = form_of(mask_of(text))
    for decimal in Decimal:
        number = None if form is None else number_of(text, form, decimal)
        coded = form is not None and form.alike and form.zero_led(text)
        yield "a code" if coded or (number is None and text.isdigit()) else _shown(number)


def _shown(number: float | None) -> str:
    return "" if number is None else _code(str(number))


def _time(text: str) -> str:
    try:
        found = read_time(text)
    except UnknownTime as error:
        return f"refused: {error}"
    times = [found.by(order) for order in Order]
    shown = dict.fromkeys(_code(format_time(time)) for time in times if time is not None)
    return " or ".join(shown)
