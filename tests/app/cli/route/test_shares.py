import re
from contextlib import suppress

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.route.shares import percent, split_of, steps_of


def test_shares_are_per_cent() -> None:
    assert split_of(("7=50,8=50",)) == (("7", 0.5), ("8", 0.5))
    assert split_of(("7=33.3", "8=33.3, 9=33.4 %"))[:2] == (("7", 0.333), ("8", 0.333))
    assert split_of(("a=b=100",)) == (("a=b", 1.0),)
    assert split_of(("7=50, 8 = 50",)) == (("7", 0.5), ("8", 0.5))
    assert split_of(("\ufeff7=50,8\u200b=50",)) == (("7", 0.5), ("8", 0.5))
    assert steps_of("1,5,25,50,100") == (0.01, 0.05, 0.25, 0.5, 1.0)
    assert steps_of("0.1") == (0.001,)


@pytest.mark.parametrize("text", ["", "x", "-1", "101", "nan", "inf", "1e3", "5%%", "1_0"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(click.UsageError, match="expected per cent from 0 to 100"):
        percent(text)


@pytest.mark.parametrize("text", ["5,1", "5,5", "0,5", "5,", "1 5"])
def test_steps_that_do_not_ascend_are_refused(text: str) -> None:
    with pytest.raises(click.UsageError):
        steps_of(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("7=50,8=49", "these are 99 %"),
        ("7=60,8=60", "these are 120 %"),
        ("7=150,8=-50", "expected per cent"),
        ("7", "expected version=share"),
        ("=100", "expected version=share"),
        (" =100", "expected version=share"),
        ("7=50,8", "expected version=share"),
        ("", "expected version=share"),
    ],
)
def test_what_is_no_split_is_refused(text: str, said: str) -> None:
    with pytest.raises(click.UsageError, match=re.escape(said)):
        split_of((text,))


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (steps_of, lambda each: split_of((each,))):
        with suppress(click.UsageError):
            assert read(text)
