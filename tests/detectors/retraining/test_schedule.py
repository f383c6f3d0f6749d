import pytest

from detectors.retraining.schedule import NEVER, CronSchedule, InvalidSchedule
from schemas.events.times import format_time, parse_time


def _times(schedule: CronSchedule, since: str, count: int) -> list[str]:
    times, time = [], parse_time(since)
    for _ in range(count):
        time = schedule.after(time)
        times.append(format_time(time)[:16])
    return times


@pytest.mark.parametrize(
    ("line", "since", "expected"),
    [
        (  # the clocks skip 02:30: the first minute after it
            "30 2 * * *",
            "2026-03-28T12:00:00Z",
            ["2026-03-29T01:00", "2026-03-30T00:30"],
        ),
        (  # they have 02:30 twice: the first of the two
            "30 2 * * *",
            "2026-10-24T12:00:00Z",
            ["2026-10-25T00:30", "2026-10-26T01:30"],
        ),
        ("0 0 29 2 *", "2026-01-01T00:00:00Z", ["2028-02-28T23:00", "2032-02-28T23:00"]),
        ("0 3 * * mon", "2026-03-28T12:00:00Z", ["2026-03-30T01:00"]),
    ],
)
def test_times_are_those_of_the_zone_whatever_its_clocks_do(
    line: str, since: str, expected: list[str]
) -> None:
    assert _times(CronSchedule(line, "Europe/Zurich"), since, len(expected)) == expected


@pytest.mark.parametrize("line", ["* * * * *", "0 * * * *", "30 2 * * *", "0 3 1 1 *"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Zurich", "Australia/Lord_Howe"])
def test_the_latest_time_is_the_last_of_those_that_follow_each_other(line: str, zone: str) -> None:
    schedule, since = CronSchedule(line, zone), parse_time("2026-03-28T12:00:00Z")
    time, until = since, parse_time("2026-03-29T12:00:30Z")
    while schedule.after(time) <= until:
        time = schedule.after(time)
    assert schedule.latest(until, since) == time


def test_it_ends_where_calendars_are_a_guess() -> None:
    schedule = CronSchedule("* * * * *", "Europe/Zurich")
    far = parse_time("9999-12-31T23:59:59Z")
    assert schedule.after(far) == NEVER
    assert schedule.latest(far, 5) == 5
    assert schedule.after(0) > 0


@pytest.mark.parametrize(
    ("line", "zone", "words"),
    [
        ("0 0 30 2 *", "UTC", "wrong day-of-month"),
        ("0 0 31 4 *", "UTC", "wrong day-of-month"),
        ("* * */20 * 1L", "UTC", "never does"),
        ("61 * * * *", "UTC", "wrong minute"),
        ("* * * *", "UTC", "five fields"),
        ("0 * * * * *", "UTC", "five fields"),
        ("@daily", "UTC", "five fields"),
        ("", "UTC", "five fields"),
        ("* " * 200, "UTC", "five fields"),
        ("0 0 * * *", "Mars/Olympus", "time zone"),
        ("0 0 * * *", "../../etc/passwd", "time zone"),
        ("0 0 * * *", "", "time zone"),
        ("0 0 * * *", "a\0b", "time zone"),
    ],
)
def test_what_never_comes_or_is_no_line_is_refused(line: str, zone: str, words: str) -> None:
    with pytest.raises(InvalidSchedule, match=words):
        CronSchedule(line, zone)
