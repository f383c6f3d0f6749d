"""``driftline play``."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import Any, Final

import click
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from app.cli.common import clear_errors, settings_of, settings_options
from app.cli.exits import OF_ALL, exits
from app.kafka.brokers import BrokersUnreachable, wait_for_brokers
from app.play.delay import LabelDelay, parse_delay, parse_seconds
from app.play.events import Clock, ColumnRoles, UnknownColumns, Untrainable
from app.play.reading import BadRow, Source, UnreadableFile, open_source
from app.play.run import PlayOptions, Reader, Summary
from app.play.run import play as play_rows
from app.settings import Settings
from app.worker.exit_codes import ExitCode
from schemas.events.event_times import read_time
from schemas.events.invalid import InvalidMessage

_YEAR: Final = 365 * 86_400.0
"""Seconds. Rows are sent faster than their event time goes by: begun now, it would run ahead of the
records' time, which intake takes for a wrong clock."""

MOST_REPORTED: Final = 20
"""Bad rows that are named; the others are only counted."""

_PROBE_SECONDS: Final = 1.0


class _Parsed(click.ParamType):
    """A value that a function reads, with its own words for what is wrong."""

    def __init__(self, name: str, parse: Callable[[str], Any]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except (ValueError, InvalidMessage) as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@settings_options
@click.option("--model", required=True, help="The model's name.")
@click.option("--version", help="The model's version.")
@click.option(
    "--id",
    "id_",
    metavar="COLUMN",
    help="Ids; by default the row's number, prefixed for the model.",
)
@click.option(
    "--time",
    "time_",
    metavar="COLUMN",
    help="Event times: RFC 3339, epochs and other usual forms (docs/times.md).",
)
@click.option("--label", metavar="COLUMN", help="The true outcomes.")
@click.option("--prediction", metavar="COLUMN", help="The predicted outcomes.")
@click.option("--score", metavar="COLUMN", help="Probabilities of the predicted outcomes.")
@click.option(
    "--feature", "features", metavar="COLUMN", multiple=True,
    help="A feature; repeatable. By default all columns that are nothing else.",
)  # fmt: skip
@click.option(
    "--ignore", "ignored", metavar="COLUMN", multiple=True,
    help="A column to leave out; repeatable.",
)  # fmt: skip
@click.option(
    "--model-from-first", "train", metavar="ROWS", type=click.IntRange(min=2),
    help="Without --prediction: train a simple model on the labels of the first rows, freeze it, "
    "and predict all rows with it. Its errors on those first rows are those of a model that has "
    "seen them.",
)  # fmt: skip
@click.option(
    "--label-delay", metavar="DELAY", type=_Parsed("delay", parse_delay), default="0",
    help="How long after its prediction a label comes: event time such as 90, 15m or 2d, or "
    "predictions, such as 500rows.",
)  # fmt: skip
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Predictions a second.")
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True),
    help="Multiples of event time; by default, as fast as can be.",
)  # fmt: skip
@click.option(
    "--start-time", metavar="TIME", type=_Parsed("time", read_time),
    help="Without --time: the first row's event time; a year ago by default.",
)  # fmt: skip
@click.option(
    "--step", metavar="DURATION", type=_Parsed("duration", parse_seconds), default="1",
    show_default=True, help="Without --time: event time from row to row.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), help="Play so many rows at most.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@exits(
    ExitCode.TOPICS,
    *OF_ALL,
    said={
        ExitCode.OK: "played",
        ExitCode.FAILED: "the file or the brokers failed",
        ExitCode.CONFIGURATION: "the options or the configuration cannot be used",
    },
)
def play(
    *,
    file: str,
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    model: str,
    version: str | None,
    id_: str | None,
    time_: str | None,
    label: str | None,
    prediction: str | None,
    score: str | None,
    features: tuple[str, ...],
    ignored: tuple[str, ...],
    train: int | None,
    label_delay: LabelDelay,
    rate: float | None,
    speed: float | None,
    start_time: int | None,
    step: float,
    limit: int | None,
    as_json: bool,
) -> None:
    """Play a FILE of past predictions into the topics; - is standard input.

    CSV with a header, or JSON lines; either may be gzip. The types of a CSV file's columns are told
    from its first rows; empty cells are nulls. Rows that cannot be used are reported and left out.
    """
    # What the clients retry is no news; what they give up on is raised.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    _check_choices(prediction, label, score, train)
    if time_ is not None and start_time is not None:
        raise click.UsageError("--start-time is for files without times; there is --time")
    start = round((time() - _YEAR) * 1000) if start_time is None else start_time
    options = PlayOptions(
        model=model,
        version=version,
        roles=ColumnRoles(id_, time_, label, prediction, score, features, ignored),
        clock=Clock(start, step * 1000),
        delay=label_delay,
        rate=rate,
        speed=speed,
        limit=limit,
        train=train or 0,
    )
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        summary = _play(file, options, settings)
    if as_json:
        click.echo(json.dumps(summary.document(), indent=2))
    else:
        click.echo(_sentence(summary))


def _check_choices(
    prediction: str | None, label: str | None, score: str | None, train: int | None
) -> None:
    if (prediction is None) is (train is None):
        raise click.UsageError(
            "where are the predictions? Name their column by --prediction, or have a model trained "
            "by --model-from-first ROWS and --label; one of the two"
        )
    if train and label is None:
        raise click.UsageError("--model-from-first learns from labels: name their --label")
    if train and score is not None:
        raise click.UsageError("--score belongs to --prediction; a trained model has its own")


def _play(file: str, options: PlayOptions, settings: Settings) -> Summary:
    console = Console(stderr=True)
    reported = 0

    def report(row: BadRow) -> None:
        nonlocal reported
        reported += 1
        if reported <= MOST_REPORTED:
            line = f"line {row.line}: {row.reason}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        elif reported == MOST_REPORTED + 1:
            console.print("further bad rows are only counted", markup=False)

    try:
        with open_source(file) as source, _progress(console, source, options) as progress:
            reader = Reader(source, options, report)
            return asyncio.run(_send(reader, settings, progress))
    except UnknownColumns as error:
        raise click.UsageError(str(error)) from None
    except (UnreadableFile, Untrainable) as error:
        raise click.ClickException(str(error)) from None
    except KafkaError as error:
        raise click.ClickException(f"a record was not taken: {error}") from None
    except KeyboardInterrupt:
        raise click.Abort from None


async def _send(reader: Reader, settings: Settings, progress: Callable[[int], None]) -> Summary:
    try:
        return await play_rows(reader, settings, progress)
    except BrokersUnreachable:
        # A client says that it has no broker; a probe says why, or that the user was refused.
        await wait_for_brokers(settings.kafka, timeout=_PROBE_SECONDS)
        raise


@contextmanager
def _progress(
    console: Console, source: Source, options: PlayOptions
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
            if options.limit is not None:
                fractions.append(rows / options.limit)
            total = 1.0 if fractions else None
            bar.update(task, total=total, completed=max(fractions, default=0.0), rows=rows)

        yield show


def _sentence(summary: Summary) -> str:
    parts = [
        f"{summary.rows:,} predictions and {summary.labels:,} labels",
        f"{summary.seconds:.1f} s, {summary.rate:,.0f} rows/s",
    ]
    if summary.bad_rows:
        parts.append(f"{summary.bad_rows:,} bad rows left out")
    if summary.unlike:
        parts.append(f"{summary.unlike:,} values unlike their column, sent as text")
    return "; ".join(parts)
