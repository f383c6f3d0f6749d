import struct
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.join.changes import Changes, LabelChanges, Met, OtherChanges, UnreadableChanges
from agents.join.changes_codec import MAGIC, decode_changes, encode_changes
from agents.join.labels import Label, Labels
from agents.join.store import PendingStore
from agents.prediction_log.predictions import Predictions
from agents.transport.sizes import CHANGES
from schemas.tables.coded import Coded
from schemas.values.rated_label import rated
from tests.agents.join.steps import CHURN, FRAUD, HOUR, JOINED, NOW, add_label, label, predictions

texts = st.text(min_size=1, max_size=20)
outcomes = st.one_of(
    texts,
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.floats(-1, 1), max_size=3),
    st.builds(lambda value: rated("ok", {"escalated": value}), st.none() | st.floats(0, 1)),
)
numbers = st.integers(0, 2**40)
CLOCKS = {"arrival": NOW, "born": 1, "at": 5, "models": [["fraud", 3, 4, 5]]}


@st.composite
def batches(draw: st.DrawFn) -> Predictions:
    rows = draw(st.integers(1, 20))
    labelled = draw(st.dictionaries(st.integers(0, rows - 1), outcomes, max_size=3))

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=rows, max_size=rows))

    ages = np.array(column(st.integers(0, NOW)))
    is_bare = draw(st.booleans())
    return Predictions(
        [text.encode() for text in column(texts)],
        np.arange(rows) + draw(numbers),
        ages + np.isin(np.arange(rows), list(labelled)),
        ages,
        np.array(column(st.integers(0, NOW))),
        Coded.of(column(st.sampled_from([FRAUD, CHURN]))),
        column(outcomes),
        np.full(rows, np.nan) if is_bare else np.array(column(st.floats(0, 1))),
        Coded.of(column(st.none() if is_bare else st.one_of(st.none(), texts))),
        np.array(column(st.integers(0, 0 if is_bare else 2**32 - 1)), dtype=np.uint32),
        labelled,
    )


@st.composite
def labels(draw: st.DrawFn) -> LabelChanges:
    row = st.builds(
        Label, texts.map(str.encode), outcomes, numbers, st.none() | texts, numbers, numbers
    )
    rows = draw(st.lists(row, min_size=1, max_size=10))
    met = draw(st.lists(st.sampled_from(Met), min_size=len(rows), max_size=len(rows)))
    return LabelChanges(Labels.of(rows), np.array(met, dtype=np.uint8))


def plain(changes: Changes) -> object:
    """Return changes as what can be compared."""
    return (
        [columns(entry) for entry in changes.entries],
        changes.since,
        changes.clocks,
        changes.epoch,
        changes.since_epoch,
        changes.is_claim,
        changes.orphans,
    )


def columns(entry: Predictions | LabelChanges) -> list[object]:
    if isinstance(entry, LabelChanges):
        return [[entry.labels[row] for row in range(len(entry))], entry.met.tolist()]
    found: list[object] = []
    for name in Predictions.__slots__:
        value = getattr(entry, name)
        if isinstance(value, Coded):
            value = value.values()
        found.append(np.nan_to_num(value).tolist() if isinstance(value, np.ndarray) else value)
    return found


@given(st.lists(st.one_of(batches(), labels()), max_size=4), st.integers(0, 2**40))
def test_what_was_written_is_read(entries: list[Predictions | LabelChanges], since: int) -> None:
    changes = Changes(tuple(entries), since, CLOCKS, epoch=since + 2, since_epoch=since - 1)
    changes = replace(changes, orphans={"": 3, "fraud": since})
    (record,) = encode_changes(changes)
    assert plain(decode_changes(record)) == plain(changes)


def test_a_claim_is_read() -> None:
    claim = Changes((), 5, since_epoch=3, is_claim=True)
    (record,) = encode_changes(claim)
    assert plain(decode_changes(record)) == plain(claim)


def test_a_record_of_before_there_were_epochs_is_read() -> None:
    header = b'{"since":5,"clock":7,"entries":[]}'
    body = struct.pack("<I", len(header)) + header
    record = b"DLP1" + struct.pack("<I", crc32(header, len(header))) + body
    assert plain(decode_changes(record)) == plain(Changes((), 5, {"arrival": 7}))


@pytest.mark.parametrize("name", ["before.dlp1", "before.dlp2", "before.dlp3", "present.dlp4"])
def test_a_changelog_of_each_version_is_read(name: str) -> None:
    # Of 200 predictions 50 met their label "1", 20 were made by a second model; one carried its
    # label, one came after its label, and one label still waits.
    data = (Path(__file__).parent / "data" / name).read_bytes()
    store = PendingStore(ttl=HOUR, most=1000)
    offset = at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "little")
        store.apply_changes(data[at + 4 : at + 4 + length], offset)
        at, offset = at + 4 + length, offset + 1
    waiting = 2 if name == "present.dlp4" else 1
    assert (store.status.predictions, store.status.labels) == (165, waiting)
    replayed = JOINED._replace(label=1, time=NOW + 2007, delay=2007.0)
    assert add_label(store, label("p7", NOW + 2007, label=1), 7, NOW) == [replayed]
    assert add_label(store, label("p7", label="1.0"), 90, NOW) == "duplicate"
    assert add_label(store, label("carried"), 91, NOW) == "duplicate"
    churn = JOINED._replace(model="churn", version="1")
    found = add_label(store, label("p70", model="churn"), 92, NOW + 9000)
    assert found == [churn._replace(prediction=[0.25, 0.75], delay=-1000.0)]
    late = store.add_predictions(predictions("early-too", first=300, name=CHURN))
    gold = churn._replace(label="gold", time=NOW + 3000, delay=3000.0)
    assert late.joined.rows() == [(300, gold)]
    if name in {"before.dlp3", "present.dlp4"}:  # at the end two labels were corrected
        assert add_label(store, label("p8", label=0), 80, NOW) == "corrected"
        assert add_label(store, label("p8", label=0), 81, NOW) == "duplicate"
        assert add_label(store, label("p9", label=1), 82, NOW) == "corrected"
    if name == "present.dlp4":  # and one waits that has the number of a rate
        rated_label = rated("gold", {"escalated": 1.0})
        assert add_label(store, label("rated", label=rated_label), 83, NOW) == "duplicate"
        late = store.add_predictions(predictions("rated", first=301, name=CHURN))
        assert late.joined.rows() == [(301, gold._replace(label=rated_label))]


def test_what_is_too_large_for_one_record_is_cut_in_order() -> None:
    ids = [str(number) for number in range(100)]
    batch = predictions(*ids, value="x" * 50_000)
    marked = [label(name, label="y" * 50_000) for name in ids]
    met = LabelChanges(Labels.of(marked), np.zeros(100, dtype=np.uint8))
    records = list(encode_changes(Changes((batch, met, batch), 5)))
    assert len(records) > 10
    assert max(map(len, records)) <= CHANGES
    read = [entry for record in records for entry in decode_changes(record).entries]
    found = [entry for entry in read if isinstance(entry, Predictions)]
    wanted = [name.encode() for name in ids]
    assert [name for entry in found for name in entry.ids] == wanted * 2
    labelled = [entry.labels for entry in read if isinstance(entry, LabelChanges)]
    assert [name for entry in labelled for name in entry.ids] == wanted


def test_one_prediction_may_need_more() -> None:
    (record,) = encode_changes(Changes((predictions("a", value="x" * 1_000_000),), 0))
    assert len(record) > CHANGES


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(record: bytes) -> None:
    with pytest.raises(UnreadableChanges):
        decode_changes(record)


@given(st.one_of(batches(), labels()), st.data())
def test_a_record_that_was_changed_anywhere_is_refused(
    entry: Predictions | LabelChanges, data: st.DataObject
) -> None:
    (record,) = encode_changes(Changes((entry,), 0))
    at = data.draw(st.integers(0, len(record) - 1))
    spoilt = bytearray(record)
    spoilt[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnreadableChanges):
        decode_changes(bytes(spoilt))
    with pytest.raises(UnreadableChanges):
        decode_changes(record[:at])


def test_a_newer_format_is_told_from_a_damaged_one() -> None:
    (record,) = encode_changes(Changes((), 1))
    assert record.startswith(MAGIC)
    with pytest.raises(OtherChanges, match="format 5"):
        decode_changes(b"DLP5" + record[4:])
