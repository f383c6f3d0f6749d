import numpy as np

from detectors.comparisons.pairing import MOST_WAITING, LabelledRows, Pairing
from schemas.tables.coded import Coded
from schemas.tables.observations import Integers, Source


def rows_of(*offsets: int, topic: str = "labels") -> LabelledRows:
    rows = len(offsets)
    return LabelledRows(
        (Source(topic, 0),),
        np.zeros(rows, dtype=np.int64),
        np.array(offsets, dtype=np.int64),
        np.zeros(rows, dtype=np.int64),
        np.array([offsets], dtype=np.float64),
        Coded.same(None, rows),
    )


def places_of(rows: LabelledRows | None, number: int) -> Integers:
    return np.full((1, 0 if rows is None else len(rows.offsets)), number, dtype=np.int64)


def met(
    pairing: Pairing, baseline: LabelledRows | None, candidate: LabelledRows | None
) -> list[tuple[float, float]]:
    halves = pairing.met((baseline, candidate), [places_of(baseline, 3), places_of(candidate, 5)])
    assert (halves[0].places == 3).all()
    assert (halves[1].places == 5).all()
    return list(zip(halves[0].losses[0].tolist(), halves[1].losses[0].tolist(), strict=True))


def test_rows_of_one_label_meet_at_once_or_a_table_later_and_once_only() -> None:
    pairing = Pairing(1, 1)
    assert met(pairing, rows_of(1, 2, 3), rows_of(3, 2, 7)) == [(2, 2), (3, 3)]
    assert met(pairing, rows_of(7), None) == [(7, 7)]
    assert met(pairing, rows_of(2, 3, 7), rows_of(1, topic="other")) == []
    assert met(pairing, None, rows_of(1)) == [(1, 1)]


def test_few_rows_wait_and_the_latest_do() -> None:
    pairing = Pairing(1, 1)
    met(pairing, rows_of(*range(MOST_WAITING + 1)), None)
    assert met(pairing, None, rows_of(0, 1)) == [(1, 1)]
    pairing.forget()
    assert met(pairing, None, rows_of(2)) == []


def test_a_state_goes_on_and_one_without_segments_is_read() -> None:
    pairing = Pairing(1, 1)
    met(pairing, rows_of(4), None)
    other = Pairing(1, 1)
    other.restore(pairing.state())
    assert met(other, None, rows_of(4)) == [(4, 4)]

    before = Pairing(1, 0)
    nothing = np.zeros((0, 1), dtype=np.int64)
    before.met((rows_of(4), None), [nothing, nothing[:, :0]])
    state = before.state()
    state["waiting"] = [each[:2] for each in state["waiting"]]
    other = Pairing(1, 0)
    other.restore(state)
    halves = other.met((None, rows_of(4)), [nothing[:, :0], nothing])
    assert halves[0].keys.tolist() == halves[1].keys.tolist() != []
