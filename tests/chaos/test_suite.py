from tests.chaos.families import FAMILIES, PLANTED
from tests.chaos.faults import Fault, FaultKind
from tests.chaos.suite import ALL, planned
from tests.chaos.verdict import Verdict


def test_every_family_runs_as_often_as_asked_and_every_bug_once() -> None:
    plan = planned(list(ALL), seed=1, runs=3)
    assert len(plan) == 3 * sum(each.weight for each in FAMILIES.values()) + len(PLANTED)
    assert plan == planned(list(ALL), seed=1, runs=3)
    assert plan != planned(list(ALL), seed=2, runs=3)


def test_a_single_run_has_the_seed_that_was_asked_for() -> None:
    assert planned(["kills"], seed=4711, runs=1) == [(FAMILIES["kills"], 4711)]


def test_families_of_three_brokers_come_last() -> None:
    plan = planned(list(ALL), seed=1, runs=2)
    assert [scenario.family.wants_three for scenario in plan[-2:]] == [True, True]
    assert not any(scenario.family.wants_three for scenario in plan[:-2])


def test_a_fault_is_read_as_it_is_written() -> None:
    fault = Fault(FaultKind.DIE_AFTER_SEND, "some-topic", 3)
    assert Fault.parse(str(fault)) == fault


def test_a_verdict_tells_what_is_missing_from_what_should_not_be_there() -> None:
    verdict = Verdict()
    verdict.compare("alerts", {"a", "b", "c"}, {"b", "c", "d", "e"})
    assert (verdict.lost, verdict.different) == (2, 1)
    assert not verdict.is_clean
    assert verdict.notes[1] == "different: 1 alerts, as a"


def test_a_verdict_without_differences_is_clean() -> None:
    verdict = Verdict()
    verdict.compare("alerts", {"a"}, {"a"})
    assert verdict.is_clean
    assert verdict.notes == []


def test_a_scenario_that_broke_off_is_not_clean_and_shows_no_bug() -> None:
    verdict = Verdict()
    verdict.missing("rows", {"a"})
    assert verdict.is_seen
    verdict.broke(RuntimeError("no broker"))
    assert not verdict.is_clean
    assert not verdict.is_seen
