"""Thresholds that versions have crossed and not kept since."""

from detectors.rollback.breaches import MOST_BREACHED, Breaches
from tests.detectors.rollback.causes import START, at, evidence_of

NUMBER, RELATIVE = "recall >= 0.8", "recall >= reference - 0.05"


def crossed(*thresholds: str, version: str = "8") -> Breaches:
    breaches = Breaches()
    for second, threshold in enumerate(thresholds):
        evidence = evidence_of(found_in=threshold, at=at(second).model_dump())
        breaches.cross(version, threshold, evidence)
    return breaches


def names(breaches: Breaches, version: str = "8") -> list[str]:
    return [each.found_in for each in breaches.of(version)]


def test_what_is_kept_again_stands_no_longer() -> None:
    breaches = crossed(NUMBER, RELATIVE)
    touched = breaches.touched
    breaches.keep("8", RELATIVE)
    assert names(breaches) == [NUMBER]
    breaches.keep("8", NUMBER)
    assert (bool(breaches), breaches.touched) == (False, touched + 2)
    breaches.keep("9", NUMBER)
    assert breaches.touched == touched + 2


def test_new_references_end_what_is_relative_to_one() -> None:
    breaches = crossed(NUMBER, RELATIVE, "recall >= previous - 0.05")
    breaches.begin_anew()
    assert names(breaches) == [NUMBER, "recall >= previous - 0.05"]


def test_what_was_crossed_up_to_a_time_is_forgotten() -> None:
    breaches = crossed("a", "b", "c")
    breaches.forget("8", START + 1000)
    assert names(breaches) == ["c"]
    breaches.forget("8")
    assert not breaches


def test_what_is_remembered_has_bounds() -> None:
    breaches = Breaches()
    for version in range(MOST_BREACHED + 5):
        for threshold in range(MOST_BREACHED + 5):
            breaches.cross(str(version), str(threshold), evidence_of())
    assert names(breaches, "0") == []
    assert len(breaches.of("36")) == MOST_BREACHED
    assert len(breaches.state()) == MOST_BREACHED**2


def test_a_state_restores_all_of_it() -> None:
    breaches, other = crossed(NUMBER, RELATIVE), Breaches()
    other.restore(breaches.state())
    assert other.state() == breaches.state()
    assert names(other) == [NUMBER, RELATIVE]


def test_what_releases_before_have_written_with_an_exponent_stands_or_begins_anew_likewise() -> (
    None
):
    breaches = crossed("mae <= 1.5e+06", "mae <= reference + 1.5e+06")
    breaches.begin_anew()
    assert names(breaches) == ["mae <= 1.5e+06"]
