"""``driftline reference show``."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import click

from app.cli.common import clear_errors, settings_of, settings_options
from app.cli.exits_in_help import OF_ALL, exits
from app.kafka.reachability import wait_shortly
from app.references.stored import StoredReference, stored_references
from app.settings import Settings
from app.terminal import say
from app.worker.exit_codes import ExitCode


@click.command()
@click.argument("model")
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "they are shown",
        ExitCode.NOTHING: "none is stored, or a state cannot be read",
    },
)
def show(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    model: str,
    as_json: bool,
) -> None:
    """Show the references of a MODEL as workers have stored them with their latest state."""
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        found = asyncio.run(_read(settings, model))
    if as_json:
        click.echo(json.dumps([each.document() for each in found], indent=2))
    else:
        for each in found:
            for line in each.lines():
                say(line)
    if not found:
        say(f"driftline: no reference of {model} is stored", err=True)
        raise SystemExit(ExitCode.NOTHING)


async def _read(settings: Settings, model: str) -> list[StoredReference]:
    await wait_shortly(settings.kafka)
    return await stored_references(settings, model)
