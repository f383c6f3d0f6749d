import struct
from dataclasses import replace
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.join.changes import (
    MAGIC,
    MOST_BYTES,
    Changes,
    LabelChange,
    Met,
    NewerChanges,
    UnreadableChanges,
    decode_changes,
    encode_changes,
)
from agents.prediction_log.predictions import Predictions
from schemas.payloads.rows import LabelRow
from tests.agents.join.test_store import CHURN, FRAUD, NOW

texts = st.text(min_size=1, max_size=20)
outcomes = st.one_of(
    texts,
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.floats(-1, 1), max_size=3),
)


@st.composite
def batches(draw: st.DrawFn) -> Predictions:
    rows = draw(st.integers(1, 20))
    labelled = draw(st.dictionaries(st.integers(0, rows - 1), outcomes, max_size=3))
    ages = np.array(draw(st.lists(st.integers(0, NOW), min_size=rows, max_size=rows)))
    return Predictions(
        [text.encode() for text in draw(st.lists(texts, min_size=rows, max_size=rows))],
        np.arange(rows) + draw(st.integers(0, 2**40)),
        ages + np.isin(np.arange(rows), list(labelled)),
        ages,
        draw(st.lists(st.sampled_from([FRAUD, CHURN]), min_size=rows, max_size=rows)),
        draw(st.lists(outcomes, min_size=rows, max_size=rows)),
        labelled,
    )


rows = st.builds(LabelRow, texts, outcomes, st.integers(0, NOW), st.none(), st.none(), st.just(""))
labels = st.lists(
    st.builds(LabelChange, rows, st.integers(0, 2**40), st.integers(0, NOW), st.sampled_from(Met)),
    min_size=1,
    max_size=10,
)


def plain(changes: Changes) -> object:
    return (
        [
            entry
            if isinstance(entry, tuple)
            else [
                value.tolist() if isinstance(value, np.ndarray) else value
                for value in (getattr(entry, name) for name in Predictions.__slots__)
            ]
            for entry in changes.entries
        ],
        changes.since,
        changes.clock,
        changes.epoch,
        changes.since_epoch,
        changes.is_claim,
    )


@given(st.lists(st.one_of(batches(), labels.map(tuple)), max_size=4), st.integers(0, 2**40))
def test_what_was_written_is_read(entries: list[Predictions], since: int) -> None:
    changes = Changes(tuple(entries), since, NOW, epoch=since + 2, since_epoch=since - 1)
    (record,) = encode_changes(changes)
    assert plain(decode_changes(record)) == plain(changes)


def test_a_claim_is_read() -> None:
    claim = Changes((), 5, 0, since_epoch=3, is_claim=True)
    (record,) = encode_changes(claim)
    assert decode_changes(record) == claim


def test_a_record_of_before_there_were_epochs_is_read() -> None:
    header = b'{"since":5,"clock":7,"entries":[]}'
    body = struct.pack("<I", len(header)) + header
    record = MAGIC + struct.pack("<I", crc32(header, len(header))) + body
    assert decode_changes(record) == Changes((), 5, 7)


def test_what_is_too_large_for_one_record_is_cut_in_order() -> None:
    values = ["x" * 50_000] * 100
    numbers = np.arange(100)
    ids = [b"%d" % number for number in range(100)]
    batch = Predictions(ids, numbers, numbers, numbers, [FRAUD] * 100, values, {7: 1, 99: 0})
    records = list(encode_changes(Changes((batch, batch), 5, NOW)))
    assert len(records) > 10
    assert max(map(len, records)) <= MOST_BYTES
    read = [entry for record in records for entry in decode_changes(record).entries]
    found = [entry for entry in read if isinstance(entry, Predictions)]
    assert [name for entry in found for name in entry.ids] == ids * 2
    offsets = [int(entry.offsets[row]) for entry in found for row in entry.labels]
    assert offsets == [7, 99, 7, 99]


def test_one_prediction_may_need_more() -> None:
    one = np.zeros(1, dtype=np.int64)
    batch = Predictions([b"a"], one, one, one, [FRAUD], ["x" * 1_000_000])
    (record,) = encode_changes(Changes((batch,), 0, 0))
    assert len(record) > MOST_BYTES


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(record: bytes) -> None:
    with pytest.raises(UnreadableChanges):
        decode_changes(record)


@given(batches(), st.data())
def test_a_record_that_was_changed_anywhere_is_refused(
    batch: Predictions, data: st.DataObject
) -> None:
    (record,) = encode_changes(Changes((batch,), 0, 0))
    at = data.draw(st.integers(0, len(record) - 1))
    spoilt = bytearray(record)
    spoilt[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnreadableChanges):
        decode_changes(bytes(spoilt))
    with pytest.raises(UnreadableChanges):
        decode_changes(record[:at])


def test_a_newer_format_is_told_from_a_damaged_one() -> None:
    (record,) = encode_changes(replace(Changes((), 0, 0), since=1))
    with pytest.raises(NewerChanges, match="DLP2"):
        decode_changes(b"DLP2" + record[4:])
