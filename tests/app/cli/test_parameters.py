import click
import pytest

from app.cli.parameters import check_names
from schemas.events.event import LONGEST_NAME


def test_names_that_events_may_have_are_taken_and_those_that_were_not_given() -> None:
    check_names("7", None, "x" * LONGEST_NAME, "release 7", "\x1b")


@pytest.mark.parametrize(
    "name",
    ["", "x" * (LONGEST_NAME + 1), " 7", "7\n", "\u00a07", " ", "\ufeff7", "7\u200b", "\ufeff"],
)
def test_a_name_that_no_prediction_can_have_is_refused(name: str) -> None:
    with pytest.raises(click.UsageError, match="a name has"):
        check_names("7", name)
