import math

import pytest

from detectors.algorithms.parameter import InvalidDetector, Parameter, checked

_SHARE = Parameter(float, 0.5, "A share.", 0, 1, open_low=True)
_COUNT = Parameter(int, 3, "A count.", 1)


@pytest.mark.parametrize("value", [0.1, 1, 1.0])
def test_a_number_in_its_range_is_accepted(value: object) -> None:
    assert _SHARE.accepts(value)


@pytest.mark.parametrize("value", [0, -0.1, 1.1, True, "0.5", None, math.nan, 10**400])
def test_all_else_is_not(value: object) -> None:
    assert not _SHARE.accepts(value)


@pytest.mark.parametrize("value", [1.0, True, 0, math.inf, "1"])
def test_a_count_is_whole_and_no_boolean(value: object) -> None:
    assert not _COUNT.accepts(value)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 10**400])
def test_a_number_without_bounds_is_finite_still(value: object) -> None:
    assert not Parameter(float, 0.0, "Any.").accepts(value)


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        (_SHARE, "a number in (0, 1]"),
        (Parameter(float, 0.5, "", 0, 1, open_high=True), "a number in [0, 1)"),
        (_COUNT, "a whole number of at least 1"),
        (Parameter(float, 1.0, "", 0, open_low=True), "a number above 0"),
        (Parameter(float, 1.0, ""), "a number"),
        (Parameter(bool, False, ""), "true or false"),  # noqa: FBT003  a default value
        (Parameter(str, "up", "", choices=("up", "down")), "one of 'up', 'down'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_expected_reads_as_words(parameter: Parameter, words: str) -> None:
    assert parameter.expected == words


def test_given_values_stand_over_the_defaults_in_their_own_type() -> None:
    in_force = checked("kind", {"share": _SHARE, "count": _COUNT}, {"share": 1})
    assert in_force == {"share": 1.0, "count": 3}
    assert type(in_force["share"]) is float


def test_an_unknown_name_far_from_all_is_told_what_there_is() -> None:
    with pytest.raises(InvalidDetector, match="'zzz', expected one of: share, count"):
        checked("kind", {"share": _SHARE, "count": _COUNT}, {"zzz": 1})


def test_what_takes_nothing_says_so() -> None:
    with pytest.raises(InvalidDetector, match="expected one of: none"):
        checked("kind", {}, {"zzz": 1})
