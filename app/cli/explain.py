"""``driftline explain``."""

import asyncio
import json
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from app.cli.common import clear_errors, settings_of, settings_options
from app.cli.exits_in_help import OF_ALL, exits
from app.explain.explanation import explain as explained
from app.explain.reading import ROLES
from app.explain.sample import STANDARD_INPUT, Sample, of_file, of_topic, path_of
from app.explain.text import lines_of
from app.regular_file import UnreadableFile, UnusableFile, opened
from app.settings import Settings, TopicRole
from app.terminal import say
from app.worker.exit_codes import ExitCode

_NO_BROKER: Final = "unused:9092"
"""For the settings of a file, which need no broker's address."""

_NAMES: Final = {role.replace("_", "-"): role for role in ROLES}


@click.command()
@settings_options
@click.argument("source", metavar="FILE|TOPIC")
@click.option(
    "--as",
    "role_name",
    type=click.Choice(list(_NAMES)),
    help="What the records are; of a topic of the settings what it is there, else predictions.",
)
@click.option(
    "--count",
    type=click.IntRange(1, 10_000),
    default=200,
    show_default=True,
    help="Records to read: the first lines of a file, the latest of a topic.",
)
@click.option(
    "--show",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    help="Records that are taken to tell one by one.",
)
@click.option(
    "--key-separator",
    default="",
    metavar="TEXT",
    help="What stands between key and value of each line, such as $'\\t'.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, with all records.")
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "all is understood",
        ExitCode.FAILED: "records are refused, or a column is watched by nothing",
        ExitCode.TOPICS: "there is no such topic",
        ExitCode.NOTHING: "there are no records",
    },
)
def explain(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    source: str,
    role_name: str | None,
    count: int,
    show: int,
    key_separator: str,
    as_json: bool,
) -> None:
    """Show how records are understood, before a worker reads them.

    Reads some of a topic, or of a file of JSON lines (gzip too, "-" for standard input), by what a
    worker reads with, and writes nothing anywhere. Says of each record whether it is taken, of each
    column as what it would be watched and why, what is refused, and with which settings that
    changes: each is tried on these records.
    """
    path = None if source == STANDARD_INPUT else path_of(source)
    is_file = source == STANDARD_INPUT or path is not None
    with clear_errors():
        settings = settings_of(config, _NO_BROKER if is_file else bootstrap, assignments)
        if is_file:
            sample = _lines(path, count=count, separator=key_separator)
        else:
            sample = asyncio.run(of_topic(settings, source, count=count))
    role = _role(settings, source) if role_name is None else _NAMES[role_name]
    explanation = explained(settings, sample, role)
    if as_json:
        click.echo(json.dumps(explanation.document(), indent=2, default=str))
    else:
        for line in lines_of(explanation, shown=show):
            say(line)
    if not sample.records:
        raise SystemExit(ExitCode.NOTHING)
    if not explanation.is_well:
        raise SystemExit(ExitCode.FAILED)


def _lines(path: Path | None, *, count: int, separator: str) -> Sample:
    name = "standard input" if path is None else str(path)
    try:
        if path is None:
            return of_file("stdin", sys.stdin.buffer, count=count, separator=separator)
        with opened(path) as file:
            return of_file(name, file, count=count, separator=separator)
    except UnusableFile as error:
        raise UnreadableFile(f"{name}: {error.strerror}; standard input is called -") from None
    except (OSError, EOFError, zlib.error, UnreadableFile) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableFile(f"{name} cannot be read: {reason}") from None


def _role(settings: Settings, topic: str) -> TopicRole:
    """Return what a topic is to the settings; predictions where they do not name it."""
    named = {settings.topics.full_name(role): role for role in ROLES}
    return named.get(topic, TopicRole.PREDICTIONS)
