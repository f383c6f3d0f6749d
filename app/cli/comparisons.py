"""``driftline comparisons``."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import click

from app.cli.common import clear_errors, settings_of, settings_options, with_brokers
from app.cli.exits_in_help import OF_ALL, exits
from app.comparisons.reader import read_comparisons
from app.comparisons.text import lines_of
from app.terminal import say
from app.worker.exit_codes import ExitCode


@click.command()
@settings_options
@click.option("--model", help="Of this model alone.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "they are listed",
        ExitCode.TOPICS: "there is no such topic",
        ExitCode.NOTHING: "no versions are compared",
    },
)
def comparisons(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    model: str | None,
    as_json: bool,
) -> None:
    """Show how versions of models compare: the latest look at each pair."""
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        known = asyncio.run(with_brokers(settings, read_comparisons))
    kept = [each for each in known.all if model in {None, each.model}]
    if as_json:
        click.echo(json.dumps([each.model_dump(mode="json") for each in kept], indent=2))
    else:
        for each in kept:
            for line in lines_of(each):
                say(line)
    if known.strange:
        say(f"{known.strange} records of the topic are no comparisons", err=True)
    if known.left_out:
        say(f"{known.left_out} looks at other versions made room for later ones", err=True)
    if not kept:
        say("driftline: no versions are compared", err=True)
        raise SystemExit(ExitCode.NOTHING)
