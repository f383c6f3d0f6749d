from typing import Any

import numpy as np
import orjson
import pytest

from agents.observations.framing import framed, halves_of
from agents.stages.intake_options import IntakeOptions
from agents.transport.sizes import CARRIED
from app.settings.limits import MOST_FEATURES
from schemas.events.invalid import InvalidMessage, Reason
from schemas.payloads.row_columns import prediction_columns
from schemas.payloads.rows import PredictionRow
from schemas.tables.columns import Column, Kind, Role, column_of
from schemas.tables.declared import Declared
from schemas.tables.frames import decode_frame
from schemas.tables.observations import ModelRows, ObservationTable, Origin, Source


def row(model: str = "fraud", version: str = "7", **features: Any) -> PredictionRow:
    return PredictionRow("id", model, version, 1000, features, 1, None, None)


def in_frames(
    rows: list[tuple[int, PredictionRow]],
) -> tuple[list[tuple[list[int], bytes]], dict[int, InvalidMessage]]:
    """Return offsets and frames of rows, and the reasons of those that have none, by offset."""
    frames, refused = [], {}
    whole = ObservationTable(
        origin=Origin.PREDICTIONS,
        models=(ModelRows(rows[0][1].model, rows[0][1].version, len(rows)),),
        sources=(Source("predictions", 3),),
        source_of=np.zeros(len(rows), dtype=np.int64),
        offsets=np.array([offset for offset, _ in rows]),
        times=np.array([each.time for _, each in rows]),
        columns=tuple(prediction_columns([each for _, each in rows], Declared())),
    )
    for (table,), frame in framed([whole]):
        if isinstance(frame, InvalidMessage):
            (offset,) = table.offsets.tolist()
            refused[offset] = frame
        else:
            frames.append((table.offsets.tolist(), frame))
    return frames, refused


def offsets_of(frames: list[tuple[list[int], bytes]]) -> list[int]:
    assert max(len(frame) for _, frame in frames) <= CARRIED
    assert decode_frame(frames[0][1])[0].offsets.tolist() == frames[0][0]
    return [offset for offsets, _ in frames for offset in offsets]


def test_sparse_or_wordy_rows_are_cut_until_each_frame_fits_and_no_row_is_lost() -> None:
    names = [[f"f{(offset * 30 + n) % 15_000}" for n in range(30)] for offset in range(500)]
    sparse = [
        (offset, row()._replace(features=dict.fromkeys(some, 1.0)))
        for offset, some in enumerate(names)
    ]
    texts = [f"{offset:05}" * 50 for offset in range(500)]
    wordy = [
        (offset, row()._replace(features={f"t{n}": text for n in range(20)}))
        for offset, text in enumerate(texts)
    ]
    for rows in (sparse, wordy):
        found, refused = in_frames(rows)
        assert refused == {}
        assert offsets_of(found) == list(range(500))


def test_a_row_whose_own_frame_does_not_fit_comes_with_the_reason_and_the_others_go_on() -> None:
    rows = [(offset, row(x=float(offset))) for offset in range(9)]
    wide: dict[str, Any] = {f"{n:0249}": n for n in range(6000)}
    rows[3], rows[8] = (3, row(**wide)), (8, row(**wide))
    found, refused = in_frames(rows)
    assert offsets_of(found) == [0, 1, 2, 4, 5, 6, 7]
    assert {offset: error.reason for offset, error in refused.items()} == {
        3: Reason.TOO_LARGE,
        8: Reason.TOO_LARGE,
    }
    (size, limit) = (int(word) for word in refused[3].detail.split() if word.isdigit())
    assert size > limit == CARRIED


@pytest.mark.parametrize("value", ["a", "\x01" * 40, "ü" * 120, None, 1, True, [], 1e300])
def test_no_event_within_the_default_limits_is_too_large_for_a_frame(value: Any) -> None:
    options = IntakeOptions()
    count = options.features_per_event
    size = len(orjson.dumps({f"{n:04}": value for n in range(count)}))
    padding = "n" * ((options.message_bytes - size) // count)
    features = {f"{padding}{n:04}": value for n in range(count)}
    assert 0.98 * options.message_bytes < len(orjson.dumps(features)) <= options.message_bytes
    found, refused = in_frames([(7, row("m" * 249, "v" * 249, **features))])
    assert refused == {}
    assert offsets_of(found) == [7]


def test_as_many_features_as_may_be_set_fit_a_frame_by_short_names() -> None:
    for count, fits in ((MOST_FEATURES, True), (2 * MOST_FEATURES, False)):
        features: dict[str, Any] = {f"feature_{n:05}": n for n in range(count)}
        found, refused = in_frames([(0, row(**features))])
        assert (len(found), len(refused)) == (fits, not fits)


def test_tables_share_a_frame_and_are_parted_where_it_does_not_fit() -> None:
    def table(name: str, models: int, rows: int) -> ObservationTable:
        count = models * rows
        return ObservationTable(
            Origin.PREDICTIONS,
            tuple(ModelRows(f"{name}{n}", "1", rows) for n in range(models)),
            (Source("p", 0),),
            np.zeros(count, dtype=np.int64),
            np.tile(np.arange(rows), models),
            np.zeros(count, dtype=np.int64),
            (column_of("x", Role.FEATURE, [float(n) for n in range(count)]),),
        )

    small = [table("a", 2, 5), table("b", 1, 3)]
    ((tables, frame),) = framed(small)
    assert tables == small
    assert isinstance(frame, bytes)
    large = [table("a", 7, 20_000), *small]
    parts = [(those, frame) for those, frame in framed(large) if isinstance(frame, bytes)]
    assert max(len(frame) for _, frame in parts) <= CARRIED
    decoded = [table for _, frame in parts for table in decode_frame(frame)]
    assert _values(decoded) == _values(large)
    # Each version has its earlier rows in the same frame as the others have theirs.
    first = decode_frame(parts[0][1])
    assert {each.model for each in first[0].models} == {f"a{n}" for n in range(7)}
    assert len({rows.rows for rows in first[0].models}) == 1


def _values(tables: list[ObservationTable]) -> dict[str, list[float]]:
    """Return the values of each model, in order of size."""
    found: dict[str, list[float]] = {}
    for batch in (batch for table in tables for batch in table.batches()):
        found.setdefault(batch.model, []).extend(batch.columns[0].values.tolist())
    return {model: sorted(values) for model, values in found.items()}


def test_rows_of_two_sources_with_a_record_each_are_parted_too() -> None:
    texts = ["a" * 200, "b" * 200]
    whole = ObservationTable(
        Origin.PREDICTIONS,
        (ModelRows("m", "1", 2),),
        (Source("p", 0), Source("p", 1)),
        np.array([0, 1]),
        np.array([7, 7]),
        np.zeros(2, dtype=np.int64),
        tuple(column_of(f"c{n}", Role.FEATURE, texts) for n in range(CARRIED // 400)),
    )
    frames = list(framed([whole]))
    assert [table.source_of.tolist() for (table,), _ in frames] == [[0], [1]]
    assert all(isinstance(frame, bytes) for _, frame in frames)


def test_halves_have_no_columns_that_no_row_of_theirs_has() -> None:
    flags = np.array([0, 1], np.uint8)
    sparse = ObservationTable(
        Origin.PREDICTIONS,
        (ModelRows("m", "1", 2),),
        (Source("t", 0),),
        np.zeros(2, dtype=np.int64),
        np.arange(2),
        np.zeros(2, dtype=np.int64),
        (
            column_of("c", Role.FEATURE, ["a", "b"]),
            Column("e", Role.FEATURE, Kind.NUMBER, np.zeros(2), (), flags),
        ),
    )
    (first,), (second,) = halves_of([sparse])
    assert [column.name for column in first.columns] == ["c", "e"]
    assert [column.name for column in second.columns] == ["c"]
    assert [first.columns[0].categories, second.columns[0].categories] == [("a",), ("b",)]


def test_rows_of_one_record_stay_together_in_a_half() -> None:
    table = ObservationTable(
        Origin.PREDICTIONS,
        (ModelRows("m", "1", 4),),
        (Source("t", 0), Source("t", 1)),
        np.array([0, 0, 0, 1]),
        np.array([5, 5, 5, 5]),
        np.zeros(4, dtype=np.int64),
        (column_of("x", Role.FEATURE, [1.0, 2.0, 3.0, 4.0]),),
    )
    (first,), (second,) = halves_of([table])
    assert (len(first), len(second)) == (3, 1)
    assert [sum(map(len, half)) for half in halves_of([first])] == [3, 0]


def test_an_event_of_several_versions_is_parted_by_these() -> None:
    names = [f"{n:0240}" for n in range(CARRIED // 500)]
    tables = [
        ObservationTable(
            Origin.PREDICTIONS,
            (ModelRows("m", version, 1),),
            (Source("p", 0),),
            np.zeros(1, dtype=np.int64),
            np.array([7]),
            np.zeros(1, dtype=np.int64),
            tuple(column_of(version + name, Role.FEATURE, [1.0]) for name in names),
        )
        for version in "12"
    ]
    frames = list(framed(tables))
    assert [[each.models[0].version for each in those] for those, _ in frames] == [["1"], ["2"]]
    assert all(isinstance(frame, bytes) for _, frame in frames)


def test_nothing_makes_no_frame() -> None:
    assert list(framed([])) == []
