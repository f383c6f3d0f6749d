from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.invalid import InvalidMessage
from schemas.formats import REFERENCES, OtherFormat
from schemas.tables.columns import Flag
from schemas.tables.frames import is_frame
from schemas.tables.reference_parts import (
    ReferencePart,
    decode_reference,
    encode_reference,
    encoded_parts,
    is_reference,
)
from tests.detectors.references import about, columns_of, reference_of

DATA = Path(__file__).parent / "data"

ROWS: dict[str, Any] = {
    "amount": [1.5, 2.0, None, 4.25],
    "country": ["NO", "AT", "", "NO"],
    "is_new": [True, False, True, None],
}


def test_a_part_is_what_was_encoded() -> None:
    (value,) = reference_of(more={"since": 1_000, "until": 5_000, "version": "7"}, **ROWS)
    part = decode_reference(value)
    assert part.about == about(4, since=1_000, until=5_000, version="7")
    assert [(each.name, each.kind) for each in part.columns] == [
        ("amount", "number"),
        ("country", "category"),
        ("is_new", "boolean"),
    ]
    amount = part.columns[0]
    assert amount.flags is not None
    assert amount.flags.tolist() == [Flag.OK, Flag.OK, Flag.NULL, Flag.OK]
    assert amount.values[[0, 1, 3]].tolist() == [1.5, 2.0, 4.25]
    assert is_reference(value)
    assert not is_frame(value)


def test_a_part_without_columns_withdraws_a_reference() -> None:
    withdrawn = ReferencePart(about(0), 0, (), np.empty(0, dtype=np.int64))
    assert decode_reference(encode_reference(withdrawn)).columns == ()


def test_each_column_is_whole_in_one_of_the_parts_that_fit() -> None:
    random = np.random.default_rng(1)
    columns: dict[str, Any] = {f"x{number}": random.normal(size=500) for number in range(20)}
    parts = reference_of(20_000, **columns)
    assert len(parts) > 1
    assert all(len(part) <= 20_000 for part in parts)
    decoded = [decode_reference(part) for part in parts]
    assert [part.number for part in decoded] == list(range(len(parts)))
    found = {each.name: each.values for part in decoded for each in part.columns}
    assert {name: each.tolist() for name, each in columns.items()} == {
        name: each.tolist() for name, each in found.items()
    }


def test_a_column_that_fits_no_part_is_refused_by_its_name() -> None:
    columns = columns_of(x=np.random.default_rng(1).normal(size=500))
    with pytest.raises(InvalidMessage, match="column 'x' takes"):
        list(encoded_parts(about(500), columns, np.zeros(500, dtype=np.int64), 1_000))


@given(st.data())
def test_bytes_that_are_none_are_refused(data: st.DataObject) -> None:
    (value,) = reference_of(**ROWS)
    cut = data.draw(st.integers(min_value=0, max_value=len(value) - 1))
    flipped = bytearray(value)
    flipped[cut] ^= data.draw(st.integers(min_value=1, max_value=255))
    for damaged in (value[:cut], bytes(flipped), value + b"x"):
        try:
            part = decode_reference(damaged)
        except (InvalidMessage, OtherFormat):
            continue
        # What is still one can be used: as many rows as it says, or none.
        assert all(len(each.values) == part.about.rows for each in part.columns)


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": ""},
        {"model": "m" * 1000},
        {"version": ""},
        {"source": ""},
        {"rows": 3},
        {"rows": 1_000_000},
        {"rows": -1},
        {"since": 5},
        {"since": -5, "until": 5},
        {"kind": "rumour"},
        {"given": 1.5},
    ],
)
def test_what_no_reference_can_be_is_refused(wrong: dict[str, Any]) -> None:
    columns = tuple(columns_of(**ROWS))
    times = np.zeros(4, dtype=np.int64)
    honest = encode_reference(ReferencePart(about(4), 0, columns, times))
    told = encode_reference(ReferencePart(about(**{"rows": 4, **wrong}), 0, (), times))
    head = int.from_bytes(told[4:8], "little")
    body = honest[8 + int.from_bytes(honest[4:8], "little") :]
    with pytest.raises(InvalidMessage):
        decode_reference(told[: 8 + head] + body)


def test_a_bomb_is_not_inflated() -> None:
    import zlib  # noqa: PLC0415 - for the bomb alone

    (value,) = reference_of(**ROWS)
    start = 8 + int.from_bytes(value[4:8], "little")
    with pytest.raises(InvalidMessage, match="too large"):
        decode_reference(value[:start] + zlib.compress(bytes(70_000_000)))


def test_the_format_of_another_release_is_no_bad_input() -> None:
    (value,) = reference_of(**ROWS)
    with pytest.raises(OtherFormat, match="references are of format 9"):
        decode_reference(REFERENCES.magic(9) + value[4:])


def test_what_this_release_wrote_can_be_read() -> None:
    part = decode_reference((DATA / "reference.dlr1").read_bytes())
    assert part.about == about(4, version="7", since=1_000, until=5_000)
    assert [each.name for each in part.columns] == ["amount", "country", "is_new"]
    assert part.columns[1].categories == ("NO", "AT", "")
