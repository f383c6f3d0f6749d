import pytest

from app.play.delay import LabelDelay, parse_delay, parse_seconds


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("0", LabelDelay()),
        ("90", LabelDelay(milliseconds=90_000)),
        ("1.5s", LabelDelay(milliseconds=1500)),
        ("2h", LabelDelay(milliseconds=7_200_000)),
        ("500rows", LabelDelay(rows=500)),
        ("1 row", LabelDelay(rows=1)),
    ],
)
def test_delays_are_durations_or_rows(text: str, delay: LabelDelay) -> None:
    assert parse_delay(text) == delay


@pytest.mark.parametrize("text", ["", "-1", "1.5rows", "soon", "3 weeks"])
def test_what_is_no_delay_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no delay|whole numbers"):
        parse_delay(text)


def test_a_duration_is_no_number_of_rows() -> None:
    assert parse_seconds("15m") == 900.0
    with pytest.raises(ValueError, match="no duration"):
        parse_seconds("15rows")
