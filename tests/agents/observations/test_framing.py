from typing import Any

import numpy as np
import orjson
import pytest

from agents.observations.framing import framed
from agents.stages.intake import IntakeOptions
from agents.transport.sizes import CARRIED
from app.settings.limits import MOST_FEATURES
from schemas.events.invalid import InvalidMessage, Reason
from schemas.payloads.row_columns import prediction_columns
from schemas.payloads.rows import PredictionRow
from schemas.tables.columns import Role, column_of
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
    rows = {
        each.model: each.columns[0].values.tolist() for one in decoded for each in one.batches()
    }
    assert rows == {
        each.model: each.columns[0].values.tolist() for one in large for each in one.batches()
    }


def test_nothing_makes_no_frame() -> None:
    assert list(framed([])) == []
