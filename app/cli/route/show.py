"""``driftline route show``."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import click

from app.cli.common import clear_errors, settings_of, settings_options, with_brokers
from app.cli.exits_in_help import OF_ALL, exits
from app.routing.reader import read_routes
from app.routing.text import lines_of
from app.terminal import say
from app.worker.exit_codes import ExitCode


@click.command()
@click.argument("model", required=False)
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "they are shown",
        ExitCode.TOPICS: "there is no such topic",
        ExitCode.NOTHING: "there is no route",
    },
)
def show(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    model: str | None,
    as_json: bool,
) -> None:
    """Show the routes of all models, or that of one MODEL, as the topic has them."""
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        read = asyncio.run(with_brokers(settings, read_routes))
    found = [each for each in read.known.all if model in {None, each.model}]
    if as_json:
        click.echo(json.dumps([each.model_dump(mode="json") for each in found], indent=2))
    else:
        for each in found:
            for line in lines_of(each):
                say(line)
    if read.known.strange:
        say(f"{read.known.strange} records of the topic are no routes", err=True)
    if not found:
        whose = "any model" if model is None else f"the model {model}"
        say(f"driftline: no route of {whose} is known", err=True)
        raise SystemExit(ExitCode.NOTHING)
