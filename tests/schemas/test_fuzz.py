"""Events and observations as a hostile producer may write them: refused, or read by all alike.

`make fuzz` runs these, and every other property, with many thousands of examples.
"""

import json
from operator import itemgetter
from typing import Any

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.events.not_taken import NotTaken
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.prediction_fields import PredictionFields
from schemas.payloads.rows import FieldMap
from schemas.tables.frames import decode_frame, encode_frame
from tests.schemas.documents_strategy import VALUES, documents
from tests.schemas.payloads.test_prediction_scanner import assert_same, judged
from tests.schemas.tables.test_frames import TABLE

PREDICTION: dict[str, Any] = {
    "prediction_id": "a1",
    "model": "m",
    "version": "1",
    "timestamp": "2026-03-01T12:00:00Z",
    "features": {"amount": 12.5, "country": "CH", "new": True, "ü": None},
    "prediction": 0,
    "scores": {"0": 0.9, "1": 0.1},
    "segment": {"region": "north"},
    "label": 1,
}
LABEL: dict[str, Any] = {"prediction_id": "a1", "label": 1, "timestamp": 1772366400, "model": "m"}
TOKENS = [
    b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"-", b".", b"e", b"0", b"9" * 40, b"NaN",
    b"Infinity", b"null", b"true", b"\x00", b"\xff", b"\xed\xa0\x80", b"\\ud800", b"\\u0022",
    b'"model":"n",', b'"features":{},', b"[" * 1100, b'{"a":' * 1100, b"1e999", b"\xef\xbb\xbf",
    b"\x00\x00\x00\x00\x01", b'{"schema":{},"payload":',
    b'{"op":"d","after":', b'"after":null,', b"[{",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, texts: st.SearchStrategy[bytes]) -> bytes:
    """Draw a text of which pieces are replaced, repeated, inserted, swapped in or cut off."""
    text = bytearray(draw(texts))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 1, 1, 2, 8, 64])))
        piece = draw(
            st.binary(max_size=4)
            | st.sampled_from(TOKENS)
            | st.just(bytes(text[start:end]) * 2)
            | texts.map(itemgetter(slice(start, start + 16)))
        )
        text[start:end] = piece
    return bytes(text)


def written(valid: dict[str, Any]) -> st.SearchStrategy[bytes]:
    return documents(valid).map(lambda document: json.dumps(document).encode())


@given(st.lists(mutated(written(PREDICTION)), min_size=1, max_size=4))
def test_a_mutated_prediction_is_judged_alike_by_the_scanner_and_the_plain_reader(
    values: list[bytes],
) -> None:
    # Both read them in full, and compare what they make of each column.
    found = assert_same(values, [None] * len(values), PredictionFields(), {})
    for row, value in enumerate(values):
        try:
            judged(value, None, PredictionFields())
        except NotTaken:
            assert not found.plain[row]


@given(mutated(written(LABEL)), st.none() | st.binary(max_size=4))
def test_a_mutated_label_raises_only_invalid_message(value: bytes, key: bytes | None) -> None:
    try:
        rows = JsonLabels(FieldMap()).rows(value, key=key, headers=(), time=0)
    except NotTaken:
        return
    # What was taken can be written: it is passed on, and kept while it waits.
    orjson.dumps([[row.prediction_id, row.label, row.prediction] for row in rows])


FRAME = encode_frame([TABLE])
HEADER_AT = 8
HEADER: dict[str, Any] = orjson.loads(
    FRAME[HEADER_AT : HEADER_AT + int.from_bytes(FRAME[4:HEADER_AT], "little")]
)


@given(mutated(st.just(FRAME)))
@example(FRAME)
def test_a_mutated_frame_raises_only_invalid_message(frame: bytes) -> None:
    used(frame)


@given(documents(HEADER), st.lists(st.dictionaries(st.sampled_from(
    ["name", "role", "kind", "flags", "categories"]), VALUES, max_size=5), max_size=3),
    st.binary(max_size=64),
)  # fmt: skip
def test_a_frame_with_another_header_raises_only_invalid_message(
    header: dict[str, Any], columns: list[dict[str, Any]], rest: bytes
) -> None:
    (table,) = HEADER["tables"]
    for changed in (header, {**HEADER, "tables": [{**table, "columns": columns}]}):
        head = json.dumps(changed).encode()
        for arrays in (rest, FRAME[HEADER_AT + len(orjson.dumps(HEADER)) :]):
            used(FRAME[:4] + len(head).to_bytes(4, "little") + head + arrays)


def used(frame: bytes) -> None:
    """Read a frame and, if that goes, all of its values as a detector would."""
    try:
        tables = decode_frame(frame)
    except NotTaken:
        return
    for table in tables:
        for column in table.columns:
            assert len(column.values) == len(table)
            if column.categories:
                assert all(column.categories[code] is not None for code in column.values.tolist())
    again = decode_frame(encode_frame(tables))
    assert [table.models for table in again] == [table.models for table in tables]
    assert [table.offsets.tolist() for table in again] == [
        table.offsets.tolist() for table in tables
    ]
