"""Parameters that several commands have."""

from typing import Final

import click

from schemas.events.event import LONGEST_NAME
from schemas.events.event_times import read_time
from schemas.events.invalid import InvalidMessage
from schemas.values.classes import without_margins


class _Time(click.ParamType):
    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        try:
            return value if isinstance(value, int) else read_time(value)
        except InvalidMessage:
            self.fail("expected a time, such as 2026-03-01T12:00Z", param, ctx)


TIME: Final = _Time()
"""A time in any usual form, as milliseconds since the epoch."""


def check_names(*names: str | None) -> None:
    """Check the names of models and versions, those that were given.

    Raises
    ------
    click.UsageError
        If one is empty, or longer than events may have it, or has white space around it, which no
        name has that was read from a prediction: what it says would be of a version that never is.
    """
    for name in names:
        if name is not None and not 0 < len(name) <= LONGEST_NAME:
            raise click.UsageError(f"a name has 1 to {LONGEST_NAME} characters")
        if name is not None and name != without_margins(name):
            raise click.UsageError(f"a name has no white space around it, as {name!r} has")
