"""What the commands share: which letters, and a scan of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from app.cli.common import clear_errors, settings_of, settings_options
from app.dead_letters.letter import time_of
from app.dead_letters.replay import dead_letter_topic
from app.dead_letters.selection import Selection
from app.kafka.reachability import wait_shortly
from app.kafka.whole_topic import WholeTopic, reading
from app.settings import Settings
from schemas.events.invalid import Reason

CommandT = TypeVar("CommandT", bound=Callable[..., Any])
T = TypeVar("T")


class _Time(click.ParamType):
    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            return time_of(str(value))
        except ValueError:
            self.fail(
                "expected RFC 3339, such as 2026-03-01T12:00:00Z, or epoch seconds", param, ctx
            )


def filters(command: CommandT) -> CommandT:
    """Add the settings' options, the filters and ``--json``: arguments for `selection_of`."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
        click.option("--until", type=_Time(), help="Refused before this time."),
        click.option("--since", type=_Time(), help="Refused at this time or later."),
        click.option(
            "--partition", type=click.IntRange(min=0), help="Of this partition of the source topic."
        ),
        click.option(
            "--reason",
            "reasons",
            type=click.Choice(list(map(str, Reason))),
            multiple=True,
            help="Refused for this reason. Repeatable.",
        ),
        click.option(
            "--topic",
            "topics",
            multiple=True,
            help="From this source topic, its name in full or without the prefix. Repeatable.",
        ),
    ):
        command = option(command)
    return settings_options(command)


def selection_of(
    settings: Settings,
    *,
    topics: Sequence[str],
    reasons: Sequence[str],
    partition: int | None,
    since: int | None,
    until: int | None,
    ids: Sequence[str] = (),
) -> Selection:
    """Return which letters are meant."""
    prefix = settings.topics.prefix
    return Selection(
        ids=frozenset(ids),
        topics=frozenset(topics) | {prefix + topic for topic in topics},
        reasons=frozenset(reasons),
        partition=partition,
        since=since,
        until=until,
    )


def with_letters(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    use: Callable[[Settings, WholeTopic], Awaitable[T]],
) -> T:
    """Read the settings, connect to the dead letters, and return what `use` makes of both.

    Ends the process with a message where the settings or the brokers do not allow it.
    """

    async def connect(settings: Settings) -> T:
        await wait_shortly(settings.kafka)
        async with reading(settings, dead_letter_topic(settings)) as reader:
            return await use(settings, reader)

    with clear_errors():
        return asyncio.run(connect(settings_of(config, bootstrap, assignments)))
