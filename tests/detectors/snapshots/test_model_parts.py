from collections.abc import Callable

import pytest

from detectors.snapshots.codec import decode_snapshot, encode_snapshot
from detectors.snapshots.model_parts import WRONG_FORM, ModelParts
from detectors.snapshots.parts import PartName, UnusablePart
from detectors.snapshots.tree import State

FRAUD, CHURN = ("model", "fraud"), ("model", "churn")


def _rows(_name: PartName, state: State) -> None:
    if state["rows"] < 0:
        raise ValueError("fewer than no rows")


PARTS = ModelParts(lambda name: {"model": name[1]}, _rows)


def _all(states: dict[PartName, State]) -> Callable[[], None]:
    def whole() -> None:
        for name, state in states.items():
            _rows(name, state)

    return whole


def test_a_part_says_whose_it_is_what_else_it_was_given_and_its_state() -> None:
    data = PARTS.encode(FRAUD, {"rows": 3}, options="abc")
    expected = {"model": "fraud", "options": "abc", "state": {"rows": 3}}
    assert decode_snapshot(data) == expected
    assert PARTS.decode(FRAUD, {FRAUD: data}) == expected


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "its part is missing"),
        (b"garbage", "foreign snapshot"),
        (encode_snapshot({"model": "churn", "state": {"rows": 3}}), "of another model"),
        (encode_snapshot({"state": {"rows": 3}}), "of another model"),
        (encode_snapshot({"model": "fraud"}), "no state"),
        (encode_snapshot({"model": "fraud", "state": 3}), "no state"),
    ],
)
def test_a_part_that_is_none_of_its_name_is_refused(data: bytes | None, reason: str) -> None:
    with pytest.raises(UnusablePart, match=reason) as caught:
        PARTS.decode(FRAUD, {} if data is None else {FRAUD: data})
    assert caught.value.name == FRAUD


@pytest.mark.parametrize("wrong", [{"rows": -1}, {"rows": None}, {}])
def test_where_not_all_can_be_restored_the_first_faulty_one_is_named(wrong: State) -> None:
    states: dict[PartName, State] = {CHURN: {"rows": 3}, FRAUD: wrong}
    with pytest.raises(UnusablePart, match="its state cannot be taken") as caught:
        PARTS.restore(states.items(), _all(states))
    assert caught.value.name == FRAUD


def test_what_fails_although_each_part_is_right_is_raised_as_it_is() -> None:
    def whole() -> None:
        raise LookupError("no such version")

    with pytest.raises(LookupError, match="no such version"):
        PARTS.restore({FRAUD: {"rows": 3}}.items(), whole)


def test_a_fault_of_the_program_is_not_taken_for_one_of_the_state() -> None:
    assert not issubclass(RuntimeError, WRONG_FORM)
