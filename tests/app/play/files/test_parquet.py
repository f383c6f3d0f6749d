import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.play.files.line import Row
from app.play.files.parquet import ParquetFile, plain
from app.regular_file import UnreadableFile

pyarrow: Any = pytest.importorskip("pyarrow")


def test_rows_keep_their_types_and_their_digits() -> None:
    from pyarrow import parquet  # noqa: PLC0415 - an extra

    written = io.BytesIO()
    table = pyarrow.table({"id": [2**62 + 1], "x": [1.5], "in": [{"a": 1}], "none": [None]})
    parquet.write_table(table, written)

    found = ParquetFile(written)

    assert found.columns == ("id", "x", "in", "none")
    assert list(found.rows()) == [Row(1, {"id": 2**62 + 1, "x": 1.5, "in.a": 1, "none": None})]


def test_a_file_that_is_cut_is_an_error() -> None:
    with pytest.raises(UnreadableFile, match="no usable Parquet"):
        ParquetFile(io.BytesIO(b"PAR1 and no more"))


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (Decimal("12.50"), 12.5),
        (Decimal(12345678901234567890), 12345678901234567890),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (Decimal("NaN"), None),
        (datetime(2024, 1, 31, 12, tzinfo=UTC), "2024-01-31T12:00:00Z"),
        (date(2024, 1, 31), "2024-01-31"),
        (b"text", "text"),
        (b"\xff\x00", "ff00"),
        ([Decimal(1)], [1]),
    ],
)
def test_values_are_as_json_has_them(value: Any, wanted: Any) -> None:
    found = plain(value)

    assert (found, type(found)) == (wanted, type(wanted))
