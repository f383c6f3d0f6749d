"""``driftline reference set``."""

import asyncio
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from time import time
from typing import Any

import click
from aiokafka.errors import KafkaError
from rich.console import Console

from app.cli.common import clear_errors, settings_of, settings_options
from app.cli.exits_in_help import OF_ALL, exits
from app.cli.parameters import TIME, check_names
from app.cli.play import NOBODY, Reported
from app.cli.play_options import Chosen, file_options
from app.play import report
from app.play.delay import parse_delay
from app.play.files.source import open_source
from app.play.reader import NothingToPlay
from app.play.roles import UnknownColumns
from app.play.table import AmbiguousFile
from app.references.drawn import DEFAULT_ROWS, Drawn, Found, NoReference, drawn
from app.references.file_rows import FileRows
from app.references.sending import parts_of, send
from app.references.topic_rows import rows_between
from app.settings import Settings
from app.terminal import say
from app.worker.exit_codes import ExitCode
from schemas.events.invalid import InvalidMessage
from schemas.tables.reference_parts import FEWEST_ROWS, MOST_ROWS

_NOT_OF_A_FILE: dict[str, Any] = {
    "version_column": None,
    "segment": (),
    "train": None,
    "label_delay": parse_delay("0"),
    "rate": None,
    "speed": None,
    "start_time": None,
    "step": 1.0,
    "limit": None,
}
"""Options of a play that a reference has not."""


@click.command("set")
@click.argument("model")
@settings_options
@click.option("--file", "file", metavar="FILE", type=click.Path(), help="Rows of a file.")
@click.option("--from", "since", type=TIME, help="Past predictions: the earliest event time.")
@click.option("--to", "until", type=TIME, help="Past predictions: those before this time.")
@click.option(
    "--version",
    help="Whose reference it is; by default that of all that have no own one.",
)
@click.option("--rows-of", metavar="VERSION", help="Take rows of this version only.")
@click.option(
    "--rows",
    "most",
    type=click.IntRange(FEWEST_ROWS, MOST_ROWS),
    default=DEFAULT_ROWS,
    show_default=True,
    help="Rows that are drawn at random, at most.",
)
@click.option("--time", "time_", metavar="COLUMN", help="Event times, in any usual form.")
@click.option("--id", "id_", metavar="COLUMN", help="Ids, which are no feature.")
@click.option("--label", metavar="COLUMN", help="True outcomes, which are no feature.")
@click.option("--prediction", metavar="COLUMN", help="Predictions, to be compared as well.")
@click.option("--score", metavar="COLUMN", help="Probabilities of the predicted outcomes.")
@click.option(
    "--feature",
    "features",
    metavar="COLUMN",
    multiple=True,
    help="A feature; repeatable. By default all columns that are nothing else.",
)
@click.option(
    "--ignore",
    "ignored",
    metavar="COLUMN",
    multiple=True,
    help="A column to leave out; repeatable.",
)
@file_options
@click.option("--dry-run", is_flag=True, help="Say what it would be, and send nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@exits(
    ExitCode.TOPICS,
    *OF_ALL,
    said={
        ExitCode.OK: "it counts from now on",
        ExitCode.FAILED: "no reference can be made of the rows, or the brokers failed",
        ExitCode.CONFIGURATION: "the options, the configuration or the file cannot be used, or "
        "the file can be read in two ways",
    },
)  # fmt: skip
def set_(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    model: str,
    file: str | None,
    since: int | None,
    until: int | None,
    version: str | None,
    rows_of: str | None,
    most: int,
    **chosen: Any,
) -> None:
    """Have a MODEL judged against the rows of a --file, or of a range --from --to.

    Files are read as `driftline play` reads them. Workers judge the first values of each column
    against the reference, from the next row on, and after each model event that begins references
    anew.
    """
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    _check(model, file, since, until, version, rows_of)
    with clear_errors():
        if file is not None and chosen["dry_run"]:
            bootstrap = bootstrap or NOBODY
        settings = settings_of(config, bootstrap, assignments)
        try:
            if file is not None:
                found = _of_file(settings, file, model, rows_of, most, chosen)
            elif since is not None and until is not None:
                found = asyncio.run(
                    rows_between(settings, model, since, until, version=rows_of, most=most)
                )
            made = drawn(found, settings, model, version, round(time() * 1000))
            parts = parts_of(made)
            if not chosen["dry_run"]:
                asyncio.run(send(settings, model, parts))
        except (UnknownColumns, AmbiguousFile) as error:
            raise click.UsageError(str(error)) from None
        except (NothingToPlay, NoReference, InvalidMessage) as error:
            raise click.ClickException(str(error)) from None
        except KafkaError as error:
            raise click.ClickException(f"the reference was not taken whole: {error}") from None
    _tell(made, len(parts), sent=not chosen["dry_run"], as_json=chosen["as_json"])


def _check(
    model: str,
    file: str | None,
    since: int | None,
    until: int | None,
    version: str | None,
    rows_of: str | None,
) -> None:
    is_range = since is not None or until is not None
    if (file is None) is not is_range:
        raise click.UsageError("name a --file, or a range by --from and --to; one of the two")
    if is_range and (since is None or until is None or since >= until):
        raise click.UsageError("a range begins --from one time and ends --to a later one")
    check_names(model, version, rows_of)


def _of_file(
    settings: Settings,
    file: str,
    model: str,
    rows_of: str | None,
    most: int,
    chosen: dict[str, Any],
) -> Found:
    console = Console(stderr=True)
    choice = Chosen(
        **_NOT_OF_A_FILE | chosen,
        file=file,
        config=None,
        bootstrap=None,
        assignments=(),
        model=model,
        version=rows_of,
    )
    with open_source(file, choice.form()) as source:
        rows = FileRows(source, choice.options(settings), settings, Reported(console))
        if rows_of is not None and not rows.dumped:
            raise click.UsageError("--rows-of is for dumps of events, and for ranges")
        table = rows.look()
        if not choice.as_json:
            for line in report.lines(source, table, dumped=rows.dumped):
                say(line, err=True)
        return rows.found(table, most)


def _tell(made: Drawn, parts: int, *, sent: bool, as_json: bool) -> None:
    if as_json:
        document = {**made.document(), "records": parts, "sent": sent}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for line in made.lines():
        say(line)
    say(f"{'sent in' if sent else 'would be'} {parts} records")
