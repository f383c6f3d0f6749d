"""The oracle: `JsonLabels.rows`, one record after the other."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.not_taken import NotTaken
from schemas.payloads.json_labels import JsonLabels
from schemas.payloads.label_scanner import LabelScanner
from schemas.payloads.rows import FieldMap, LabelRow
from schemas.payloads.scanned_predictions import Spans

LARGEST = 10_000
TIME = 1_700_000_000_000

labels = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([2**53 + 1, 10**17, 10**25, -0.0, 1e300, 2.5, 1e19]),
    st.floats(),
    st.booleans(),
    st.none(),
    st.sampled_from(["", " ", "a", "1.0", "Zürich", 'a "b"', "\\n", "nan", "None", "no", "a "]),
    st.sampled_from(["[1]", " [1]", "[0.5, 0.5]", "{", "<NA>", "null ", " b", "\u00a0", "\\N"]),
    st.lists(st.integers(0, 2), max_size=2),
)
names = ["", "a", "p1", "x" * 250, "ä", "a ", " p1", "null", "nan", "none", " ", "\u00a0a"]
texts = st.one_of(st.none(), st.sampled_from(names), st.integers(0, 9))
times = st.one_of(
    st.none(),
    st.sampled_from(["2026-03-01T12:00:00Z", "yesterday", "", 1_772_366_400, 1_772_366_400_123, 5]),
)
documents = st.fixed_dictionaries(
    {"label": labels},
    optional={
        "prediction_id": texts | st.sampled_from([1000.0, -3.0, 1.5, 1e25, 1e22, 0.0]),
        "model": texts,
        "version": texts,
        "timestamp": times,
        "prediction": st.sampled_from([None, 1, "a", [1]]),
        "note": st.sampled_from([1, "x", {"deep": 2}, [3]]),
        "op": st.sampled_from(["u", 7]),
        "__deleted": st.sampled_from(["true", "false"]),
        "schema": st.just("s"),
    },
)
values = st.one_of(
    documents.map(lambda document: json.dumps(document, ensure_ascii=False).encode()),
    st.sampled_from([None, b"", b"[1]", b"null", b"{"]),
)
keys = st.sampled_from(
    [None, b"k1", b"", b'"k"', b"\x00\x00\x00\x07", "ä".encode(), b"null", b" k", b"NaN"]
)


def spans_of(records: Sequence[tuple[bytes | None, bytes | None]]) -> Spans:
    """Return records, each a key and a value, as spans of one buffer."""
    buffer, places = b"", []
    for parts in records:
        for part in parts:
            begin = len(buffer)
            buffer += part or b""
            places += [-1, -1] if part is None else [begin, len(buffer)]
    bounds = np.array(places, dtype=np.int64).reshape(-1, 4).T
    whole = np.frombuffer(buffer or b" ", dtype=np.uint8)
    return Spans(whole, bounds[0], bounds[1], bounds[2], bounds[3], np.full(len(records), TIME))


def one_by_one(
    key: bytes | None, value: bytes | None, fields: FieldMap
) -> Sequence[LabelRow] | None:
    try:
        return JsonLabels(fields, largest=LARGEST).rows(value, key=key, headers=(), time=TIME)
    except NotTaken:
        return None


def scanned(
    scanner: LabelScanner, records: Sequence[tuple[bytes | None, bytes | None]]
) -> dict[int, tuple[Any, ...]]:
    """Return what was read of those records that were plain."""
    found = scanner.scan(spans_of(records))
    assert found is not None
    rows = np.flatnonzero(found.plain)
    columns = found.ids(rows), found.values(rows), found.times[rows].tolist()
    models = found.models(rows).values()
    return dict(zip(rows.tolist(), zip(*columns, models, strict=True), strict=True))


@given(st.lists(st.tuples(keys, values), min_size=1, max_size=8))
def test_what_is_read_all_at_once_is_what_is_read_one_by_one(
    records: list[tuple[bytes | None, bytes | None]],
) -> None:
    for row, (name, label, time, model) in scanned(
        LabelScanner(FieldMap(), LARGEST), records
    ).items():
        expected = one_by_one(*records[row], FieldMap())
        assert expected is not None
        (found,) = expected
        assert (name.decode(), time, model) == (found.prediction_id, found.time, found.model)
        assert (label, type(label)) == (found.label, type(found.label))
        assert found.prediction is None
        assert not found.left_out


@pytest.mark.parametrize("blank", ["\xa0", "\u3000", "\ufeff", " "])
def test_names_in_white_space_are_left_to_a_closer_look(blank: str) -> None:
    documents = [{"prediction_id": f"a{blank}", "label": 1}, {"prediction_id": "a", "label": 1}]
    records = [(b"k", orjson.dumps(each)) for each in documents]
    assert list(scanned(LabelScanner(FieldMap(), LARGEST), records)) == [1]
    found = one_by_one(*records[0], FieldMap())
    assert found is not None
    assert found[0].prediction_id == "a"


@pytest.mark.parametrize(
    "document",
    [
        {"prediction_id": "a", "label": 1, "timestamp": "2026-03-01T12:00:00Z"},
        {"prediction_id": "a", "label": "yes", "model": "fraud", "version": "7"},
        {"label": 2.5},
        {"prediction_id": "a", "label": True, "other": {"deep": 1}},
        {"prediction_id": "a", "label": 9_007_199_254_740_993},
    ],
)
def test_usual_labels_are_plain(document: dict[str, Any]) -> None:
    scanner = LabelScanner(FieldMap(), LARGEST)
    assert list(scanned(scanner, [(b"k", orjson.dumps(document))] * 2)) == [0, 1]


def test_fields_of_an_existing_topic_are_mapped() -> None:
    fields = FieldMap({"label": "outcome.value", "prediction_id": "order"})
    document = {"order": "a", "outcome": {"value": 3}, "label": "not this"}
    found = scanned(LabelScanner(fields, LARGEST), [(None, orjson.dumps(document))])
    assert found == {0: (b"a", 3, TIME, None)}


def test_what_is_too_large_or_a_field_within_another_is_left_to_a_closer_look() -> None:
    large = orjson.dumps({"prediction_id": "a", "label": "x" * LARGEST})
    assert scanned(LabelScanner(FieldMap(), LARGEST), [(None, large)]) == {}
    same = FieldMap({"label": "x", "model": "x"})
    assert LabelScanner(same, LARGEST).scan(spans_of([(None, b"{}")])) is None
    within = FieldMap({"label": "prediction_id.value"})
    nested = orjson.dumps({"prediction_id": {"value": 1}})
    assert one_by_one(b"k", nested, within) is None
    assert LabelScanner(within, LARGEST).scan(spans_of([(b"k", nested)])) is None


def test_more_names_than_there_is_room_for_are_read_all_the_same() -> None:
    scanner = LabelScanner(FieldMap(), LARGEST)
    for first in range(0, 140_000, 20_000):
        records = [
            (None, b'{"prediction_id":"p","label":"%d"}' % number)
            for number in range(first, first + 20_000)
        ]
        assert [label for _, label, *_ in scanned(scanner, records).values()] == [
            str(number) for number in range(first, first + 20_000)
        ]
