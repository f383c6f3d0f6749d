"""Rows of a Parquet file, through pyarrow, which is an optional part of the installation."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from app.play.files.json_rows import flattened
from app.play.files.line import Line, Row
from app.regular_file import UnreadableFile

MAGIC: Final = b"PAR1"

_BATCH: Final = 2_000


class ParquetFile:
    """An open Parquet file.

    Attributes
    ----------
    columns
        Of its schema, structures as dotted names once rows are read.
    size
        Rows.
    """

    def __init__(self, raw: Any) -> None:
        try:
            from pyarrow import parquet  # noqa: PLC0415 - an extra
        except ImportError:
            raise UnreadableFile(
                "Parquet is read through pyarrow: pip install 'driftline[parquet]'"
            ) from None
        try:
            self._file: Any = parquet.ParquetFile(raw)
        except (OSError, ValueError) as error:
            raise UnreadableFile(f"no usable Parquet file: {error}") from error
        self.columns = tuple(self._file.schema_arrow.names)
        self.size = int(self._file.metadata.num_rows)
        self.read = 0

    def rows(self) -> Iterator[Line]:
        """Yield the rows; their lines are their numbers, from 1.

        Raises
        ------
        UnreadableFile
            If it cannot be read on.
        """
        self.read = 0
        try:
            for batch in self._file.iter_batches(batch_size=_BATCH):
                for row in batch.to_pylist(maps_as_pydicts="lossy"):
                    self.read += 1
                    yield Row(self.read, flattened({name: plain(row[name]) for name in row}))
        except (OSError, ValueError) as error:
            raise UnreadableFile(f"after row {self.read}: {error}") from error


def plain(value: Any) -> Any:  # noqa: PLR0911 - one for each type
    """Return a value of Python as JSON has it; times as RFC 3339, decimals with their digits.

    A decimal without a fraction is a whole number; one with more digits than a float64 holds is
    text.
    """
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime):
        moment = value if value.tzinfo is None else value.astimezone(UTC)
        return moment.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.hex()
    return value


def _decimal(value: Decimal) -> Any:
    if not value.is_finite():
        return None if value.is_nan() else str(value)
    if value == value.to_integral_value():
        return int(value)
    number = float(value)
    return number if Decimal(repr(number)) == value.normalize() else str(value)
