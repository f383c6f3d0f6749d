"""``driftline demo canary``."""

import asyncio
import json
import logging

import click
from rich.console import Console

from app.cli.common import clear_errors
from app.cli.exits_in_help import exits
from app.demo.canary.report import CanaryReport
from app.demo.canary.run import DEFAULT_RATE, CanaryOptions, run_canary
from app.demo.canary.screen import CanaryScreen
from app.demo.worker import WorkerFailed
from app.terminal import say
from app.worker.exit_codes import ExitCode


@click.command("canary")
@click.option("--good", is_flag=True, help="The new version is better: it must not be called bad.")
@click.option(
    "--rate",
    type=click.FloatRange(min=100.0, max=2000.0),
    default=DEFAULT_RATE,
    show_default=True,
    help="Requests a second.",
)
@click.option(
    "--bootstrap",
    metavar="HOST:PORT,...",
    help="Use these brokers, with topics and a consumer group of the run's own, which stay. By "
    "default an embedded broker, which ends with the run.",
)
@click.option("--seed", type=int, default=9, show_default=True, help="Of the traffic.")
@click.option("--json", "as_json", is_flag=True, help="End with a report as JSON on standard out.")
@exits(
    ExitCode.UNREACHABLE,
    ExitCode.INTERRUPTED,
    said={
        ExitCode.OK: "the bad version was caught, or the good one serves alone",
        ExitCode.FAILED: "something of this failed, or the worker did",
        ExitCode.CONFIGURATION: "the options do not fit",
    },
)
def canary(*, good: bool, rate: float, bootstrap: str | None, seed: int, as_json: bool) -> None:
    """Watch a bad version of a model being caught, within a minute.

    Version 7 of a fraud model serves. Version 8 is a canary: a tenth of the customers get it. It
    has lost sight of the amounts, and misses frauds that 7 would have seen. As the labels come in
    the comparison shows how sure it is of that, decides, and 7 answers all requests again.
    """
    # What the clients retry would tear the lines; what they give up on is raised.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    screen = CanaryScreen(Console(stderr=as_json))
    options = CanaryOptions(good=good, rate=rate, bootstrap=bootstrap, seed=seed)
    with clear_errors():
        report = _run(options, screen)
    screen.table(list(report.rows()))
    say(report.sentence(), err=as_json)
    if as_json:
        click.echo(json.dumps(report.document(), indent=2))
    raise SystemExit(_exit_code(report))


def _run(options: CanaryOptions, screen: CanaryScreen) -> CanaryReport:
    try:
        return asyncio.run(run_canary(options, screen))
    except (WorkerFailed, ModuleNotFoundError) as error:
        raise click.ClickException(str(error)) from None


def _exit_code(report: CanaryReport) -> ExitCode:
    if not report.complete:
        return ExitCode.INTERRUPTED
    return ExitCode.OK if report.passed else ExitCode.FAILED
