"""``driftline play``."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import click
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from agents.transport.denial import clock_refusal_of
from app.cli.common import clear_errors, settings_of, settings_options
from app.cli.exits_in_help import OF_ALL, exits
from app.cli.play_options import Chosen, play_options
from app.kafka.reachability import BrokersUnreachable, wait_for_brokers
from app.options import prediction_fields
from app.play import report
from app.play.events import Untrainable
from app.play.files.line import BadRow
from app.play.files.source import Source, open_source
from app.play.reader import NothingToPlay, Reader
from app.play.roles import UnknownColumns
from app.play.run import play as play_rows
from app.play.run import rehearse
from app.play.table import AmbiguousFile, Table
from app.settings import Settings
from app.worker.exit_codes import ExitCode

MOST_REPORTED: Final = 20
"""Bad rows that are named; the others are only counted."""

_PROBE_SECONDS: Final = 1.0
NOBODY: Final = "127.0.0.1:9092"
"""Brokers of a dry run, which asks none."""


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@settings_options
@play_options
@exits(
    ExitCode.TOPICS,
    *OF_ALL,
    said={
        ExitCode.OK: "played",
        ExitCode.FAILED: "no row of the file can be played, or the brokers failed",
        ExitCode.CONFIGURATION: "the options, the configuration or the file cannot be used, or "
        "the file can be read in two ways",
    },
)
def play(**chosen: Any) -> None:
    """Play a FILE of past predictions into the topics; - is standard input.

    Delimited text with a header, JSON lines, a JSON array or Parquet; packed by gzip, bzip2, xz or
    zip. A file is read twice: first it is looked at, and for each column it is said what it was
    taken for, and why; --dry-run ends there. Ids, versions and segments stay text as they are
    written. Rows that cannot be used are counted by their reason and left out.
    """
    # What the clients retry is no news; what they give up on is raised.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    choice = Chosen(**chosen)
    choice.check()
    with clear_errors():
        bootstrap = choice.bootstrap or (NOBODY if choice.dry_run else None)
        settings = settings_of(choice.config, bootstrap, choice.assignments)
        _play(choice, settings)


def _play(choice: Chosen, settings: Settings) -> None:
    console = Console(stderr=True)
    options = choice.options(settings)
    try:
        with open_source(choice.file, choice.form()) as source:
            reader = Reader(source, options, prediction_fields(settings), Reported(console))
            if not reader.dumped:
                choice.check_columns()
            with _progress(console, source, options.limit) as progress:
                table = reader.look(progress)
            found = report.document(source, table, dumped=reader.dumped)
            lines = list(report.lines(source, table, dumped=reader.dumped))
            if not (choice.dry_run and choice.as_json):
                click.echo("\n".join(lines), err=not choice.dry_run)
            with _progress(console, source, options.limit) as progress:
                if choice.dry_run:
                    rehearse(reader.rows(table), reader.summary)
                else:
                    asyncio.run(_send(reader, table, settings, progress))
    except (UnknownColumns, AmbiguousFile) as error:
        raise click.UsageError(str(error)) from None
    except (Untrainable, NothingToPlay) as error:
        raise click.ClickException(str(error)) from None
    except KafkaError as error:
        refusal = clock_refusal_of(error)
        if refusal is not None:
            raise refusal from None
        raise click.ClickException(f"a record was not taken: {error}") from None
    except KeyboardInterrupt:
        raise click.Abort from None
    summary = reader.summary
    if choice.as_json:
        click.echo(json.dumps({**summary.document(), **found}, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(summary.words(sent=not choice.dry_run)))


class Reported:
    """The bad rows that are named as they are met."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._count = 0

    def __call__(self, row: BadRow) -> None:
        """Name a row, or say that further ones are counted."""
        self._count += 1
        if self._count <= MOST_REPORTED:
            self._console.print(str(row), markup=False, highlight=False, soft_wrap=True)
        elif self._count == MOST_REPORTED + 1:
            self._console.print("further bad rows are only counted", markup=False)


async def _send(
    reader: Reader, table: Table, settings: Settings, progress: Callable[[int], None]
) -> None:
    try:
        await play_rows(reader, table, settings, progress)
    except BrokersUnreachable:
        # A client says that it has no broker; a probe says why, or that the user was refused.
        await wait_for_brokers(settings.kafka, timeout=_PROBE_SECONDS)
        raise


@contextmanager
def _progress(
    console: Console, source: Source, limit: int | None
) -> Iterator[Callable[[int], None]]:
    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rows]:,} rows"))
    # Off a terminal all that it leaves is an empty line.
    hidden = not console.is_terminal
    with Progress(
        *columns, TimeElapsedColumn(), console=console, transient=True, disable=hidden
    ) as bar:
        task = bar.add_task("", total=None, rows=0)

        def show(rows: int) -> None:
            read = source.fraction
            fractions = [read] if read is not None else []
            if limit is not None:
                fractions.append(rows / limit)
            total = 1.0 if fractions else None
            bar.update(task, total=total, completed=max(fractions, default=0.0), rows=rows)

        yield show
