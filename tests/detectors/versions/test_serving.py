import numpy as np

from detectors.versions.registry import VersionRegistry
from detectors.versions.serving import last_full_hour, latest_of, served_at, status_at
from detectors.versions.traffic import DAY, HOUR, MONTH
from schemas.events.version_record import VersionRecord
from tests.detectors.versions.events import at, day, event

TEN, NOON = at(day("10:00")), at(day("12:00"))
MINUTE = 60_000


def handed_over(upto: int = NOON + HOUR) -> list[VersionRecord]:
    """Return the records of two versions, of which the second took over at noon."""
    registry = VersionRegistry()
    registry.notice(event("version_deployed", "7", "10:00"), is_new=True)
    registry.notice(event("version_deployed", "8", "12:00"), is_new=True)
    registry.count(("fraud", "7"), np.arange(TEN, NOON + 10 * MINUTE, MINUTE))
    registry.count(("fraud", "8"), np.arange(NOON + 10 * MINUTE, upto + 1, MINUTE))
    return registry.records("fraud")


def test_the_version_that_served_is_told_for_any_time() -> None:
    records = handed_over()
    champions = {}
    for time in ("09:59", "10:00", "11:59", "12:00"):
        there = served_at(records, at(day(time)))
        champions[time] = [e.record.version for e in there.versions if e.status == "champion"]
    assert champions == {"09:59": [], "10:00": ["7"], "11:59": ["7"], "12:00": ["8"]}


def test_shares_are_those_of_the_hour_and_who_was_at_work_is_told() -> None:
    (eight, seven) = served_at(handed_over(), NOON + 5 * MINUTE).versions
    assert (seven.record.version, seven.rows, seven.status) == ("7", 8, "retired")
    assert (eight.record.version, eight.rows, eight.status) == ("8", 50, "champion")
    assert seven.share == 8 / 58, "told of up to the 128th row"
    assert (seven.was_at_work, eight.was_at_work) == (True, False)


def test_shares_of_old_times_are_those_of_the_widest_bucket() -> None:
    records = handed_over(upto=NOON + 3 * MONTH)
    there = served_at(records, NOON)
    assert there.width == MONTH
    assert sum(each.rows for each in there.versions) == sum(
        period.rows
        for record in records
        for period in record.traffic
        if there.start <= at(period.start) < there.start + MONTH
    )
    recent = served_at(records, NOON + 3 * MONTH)
    assert (recent.width, [each.record.version for each in recent.versions]) == (HOUR, ["8", "7"])


def test_who_serves_now_is_counted_over_the_last_full_hour() -> None:
    records = handed_over(upto=NOON + 70 * MINUTE)
    around = last_full_hour(records)
    assert around == NOON + HOUR - 1
    there = served_at(records, NOON + 70 * MINUTE, around=around)
    assert [each.rows for each in there.versions] == [50, 8]
    assert {each.was_at_work for each in there.versions} == {None}, "what follows is not known"
    assert last_full_hour([]) is None


def test_before_all_that_is_known_there_was_nothing() -> None:
    there = served_at(handed_over(), TEN - 30 * DAY)
    assert there.versions == ()


def test_a_version_that_no_event_names_was_observed_from_its_first_row_on() -> None:
    registry = VersionRegistry()
    registry.count(("fraud", "7"), np.array([NOON]))
    (record,) = registry.records()
    assert [status_at(record, time) for time in (NOON - 1, NOON)] == [None, "observed"]
    assert latest_of([record]) == NOON
    assert latest_of([]) is None
