from detectors.monitors.model_monitor import ModelMonitor
from detectors.monitors.newcomers import Newcomers
from detectors.monitors.options import MonitorOptions
from detectors.monitors.roster import Roster
from detectors.monitors.strangers import Strangers, strangers_in
from tests.detectors.batches import rows_of, table_of

OPTIONS = MonitorOptions(burn_in=100)


def _roster(at_once: int) -> Roster:
    roster = Roster(most_models=10, most_columns=100, at_once=at_once)
    roster.begin(ModelMonitor("fraud", "3", OPTIONS), 0)
    return roster


def _strangers(rows: int, version: str, *, at_once: int = 1) -> Strangers | None:
    table = table_of(rows_of(x=[1.0] * rows), version=version)
    return strangers_in(table, _roster(at_once), Newcomers(10_000), lambda _: OPTIONS)


def test_a_version_that_is_watched_is_no_stranger() -> None:
    assert _strangers(3, "3") is None


def test_a_stranger_is_watched_at_once_while_there_are_few_columns() -> None:
    found = _strangers(3, "4", at_once=2)
    assert found is not None
    assert found.shown == {("fraud", "4")}
    assert not found.held.any()


def test_then_its_rows_are_held_until_it_has_shown_itself() -> None:
    few, enough = _strangers(31, "4"), _strangers(32, "4")
    assert few is not None
    assert enough is not None
    assert (few.keys, few.shown, int(few.held.sum())) == ({("fraud", "4")}, set(), 31)
    assert enough.shown == {("fraud", "4")}
