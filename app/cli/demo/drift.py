"""``driftline demo drift``."""

import asyncio
import json
import logging
from contextlib import nullcontext

import click
from rich.console import Console

from app.cli.common import clear_errors
from app.cli.exits_in_help import exits
from app.demo.report import Report
from app.demo.run import DemoOptions, run_demo
from app.demo.schedule import FASTEST, TooShort, check_length
from app.demo.view import LiveScreen, PlainScreen
from app.demo.worker import WorkerFailed
from app.terminal import say
from app.worker.exit_codes import ExitCode

DEFAULT_SEED = 9
"""Calm in orders of its rows that partitions bring about. One run of a million values has a false
alarm, so some seed of ten shows one in a run of the demo; that is no fault to show a newcomer."""


@click.command("drift")
@click.option(
    "--seconds",
    type=click.FloatRange(min=1.0, max=86400.0),
    help="Length of the whole run. By default about 75 s; on a terminal the traffic then goes on "
    "until Ctrl-C.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=1.0, max=FASTEST),
    help="Predictions a second. By default 300, or as many more as --seconds needs.",
)
@click.option(
    "--bootstrap",
    metavar="HOST:PORT,...",
    help="Use these brokers, with topics and a consumer group of the run's own, which stay. By "
    "default an embedded broker, which ends with the run.",
)
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Of the traffic.")
@click.option("--json", "as_json", is_flag=True, help="End with a report as JSON on standard out.")
@exits(
    ExitCode.UNREACHABLE,
    ExitCode.INTERRUPTED,
    said={
        ExitCode.OK: (
            "every drift was found, no alert came before the shift, and a retraining was asked for"
        ),
        ExitCode.FAILED: "something of this failed, or the worker did",
        ExitCode.CONFIGURATION: "the options do not fit",
    },
)
def drift(
    *,
    seconds: float | None,
    rate: float | None,
    bootstrap: str | None,
    seed: int,
    as_json: bool,
) -> None:
    """Watch a model drift: a broker, a worker and traffic, on this machine.

    A fraud model's inputs shift while one watches: amounts rise, countries mix differently, new
    devices get frequent, distances spread. Its predictions and, as the labels come in, its errors
    follow.
    """
    # What the clients retry would tear the picture; what they give up on is raised.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    console = Console(stderr=as_json)
    live = console.is_terminal and not as_json
    try:
        if seconds is not None:
            check_length(seconds, rate)
    except TooShort as error:
        raise click.UsageError(str(error)) from None
    options = DemoOptions(
        seconds=seconds,
        endless=live and seconds is None,
        rate=rate,
        bootstrap=bootstrap,
        seed=seed,
    )
    with clear_errors():
        report = _run(options, console, live=live)
    say(report.sentence(), err=as_json)
    if report.passed:
        say(
            "Next, a bad version that is caught: driftline demo canary (make demo ARGS=canary)",
            err=as_json,
        )
    if as_json:
        click.echo(json.dumps(report.document(), indent=2))
    raise SystemExit(_exit_code(report))


def _run(options: DemoOptions, console: Console, *, live: bool) -> Report:
    screen = LiveScreen(console) if live else None
    try:
        with screen or nullcontext():
            return asyncio.run(run_demo(options, screen or PlainScreen(console)))
    except (WorkerFailed, ModuleNotFoundError) as error:
        raise click.ClickException(str(error)) from None


def _exit_code(report: Report) -> ExitCode:
    if not report.complete:
        return ExitCode.INTERRUPTED
    return ExitCode.OK if report.passed else ExitCode.FAILED
