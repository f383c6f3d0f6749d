import pytest

from app.play.columns.deciding import AmbiguousColumn
from app.play.columns.marks import Marks
from app.play.columns.time_column import EXCEL, TimeProfile, TimeTaken
from app.play.columns.times import Order, UnknownTime
from schemas.events.times import format_time


def _taken(*texts: object, order: Order | None = None, form: str | None = None) -> TimeTaken:
    profile = TimeProfile(Marks(), order, form)
    profile.add(texts, range(2, len(texts) + 2))
    return profile.taken()


def _day(taken: TimeTaken, text: object) -> str:
    time = taken.time(text)
    assert time is not None
    return format_time(time)[:10]


def test_one_day_above_12_tells_the_order_of_all() -> None:
    assert _day(_taken("01/02/2024", "13/02/2024"), "01/02/2024") == "2024-02-01"
    assert _day(_taken("01/02/2024", "02/13/2024"), "01/02/2024") == "2024-01-02"


def test_an_order_that_nothing_tells_is_asked_for() -> None:
    with pytest.raises(AmbiguousColumn, match="--time-format dmy"):
        _taken("01/02/2024", "03/04/2024")
    assert _day(_taken("01/02/2024", order=Order.MONTH_FIRST), "01/02/2024") == "2024-01-02"


def test_two_orders_in_one_column_are_refused() -> None:
    with pytest.raises(AmbiguousColumn, match="mixes both"):
        _taken("13/02/2024", "02/13/2024")


def test_a_column_without_times_is_refused_with_the_first_that_is_none() -> None:
    with pytest.raises(AmbiguousColumn, match=r"'yesterday' \(line 2\)"):
        _taken("yesterday", "today", "2024-01-31")
    with pytest.raises(AmbiguousColumn, match="no time in it"):
        _taken("", "NULL")


def test_what_it_holds_is_told() -> None:
    taken = _taken("2024-01-31", "2024-02-01T00:00:00Z", "NA", "", "soon")

    assert "2 in ISO 8601" in taken.why
    assert "from 2024-01-31T00:00:00.000Z to 2024-02-01" in taken.why
    assert "1 are none, such as 'soon' (line 6)" in taken.why
    assert taken.missing == {"NA": 1, "": 1}
    assert taken.time("NA") is None
    with pytest.raises(UnknownTime):
        taken.time("soon")


def test_times_without_an_offset_are_told_to_be_utc() -> None:
    assert "UTC" in str(_taken("2024-01-31").notes)
    assert not _taken("2024-01-31T00:00:00+01:00").notes


def test_day_numbers_and_formats_are_read_where_they_are_named() -> None:
    assert _day(_taken("45322", "45323.5", form=EXCEL), "45322") == "2024-01-31"
    assert _day(_taken("31|01|24", form="%d|%m|%y"), "31|01|24") == "2024-01-31"


def test_a_year_of_two_digits_that_may_come_first_is_asked_for() -> None:
    days = [f"26-03-{day:02d}" for day in range(1, 29)]
    with pytest.raises(AmbiguousColumn, match="--time-format %y-%m-%d"):
        _taken(*days)
    assert _day(_taken(*days, form="%y-%m-%d"), "26-03-05") == "2026-03-05"
    assert _day(_taken(*days, order=Order.DAY_FIRST), "26-03-05") == "2005-03-26"
    for few in (
        ["24-03-15 10:00", "24-03-15 11:00"],
        ["23-12-31", "24-01-01"],
        [*days, "2026-04-01"],
    ):
        with pytest.raises(AmbiguousColumn, match="--time-format %y-%m-%d"):
            _taken(*few)
    assert _day(_taken("15.03.24 10:00", "15.03.24 11:00"), "15.03.24") == "2024-03-15"
    assert _day(_taken(*(f"{day:02d}.03.26" for day in range(1, 29))), "05.03.26") == "2026-03-05"


def test_the_end_of_a_day_is_the_beginning_of_the_next_one() -> None:
    for text in ("2026-02-28 24:00:00", "28.02.2026 24:00"):
        assert _day(_taken(text), text) == "2026-03-01"
    with pytest.raises(AmbiguousColumn, match="no times"):
        _taken("2026-02-28 24:00:01")


def test_epochs_that_a_spreadsheet_has_rounded_are_told() -> None:
    assert "rounded" in str(_taken("1.77E+12", "1.78E+12").notes)
    assert not _taken("1770000000000").notes
