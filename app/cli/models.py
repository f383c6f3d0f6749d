"""``driftline models``."""

import asyncio
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from app.cli.common import clear_errors, settings_of, settings_options, with_brokers
from app.cli.exits_in_help import OF_ALL, exits
from app.cli.parameters import TIME
from app.kafka.brokers import TopicRefused
from app.requests.open_rollbacks import OpenRollback
from app.requests.reader import read_open
from app.routing.served import read_served
from app.settings import Settings
from app.terminal import say
from app.versions.document import model_document
from app.versions.performances import KnownPerformances, read_performances
from app.versions.reader import KnownVersions, read_versions
from app.versions.text import lines_of_model, table
from app.worker.exit_codes import ExitCode


@click.group(invoke_without_command=True)
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "they are listed",
        ExitCode.TOPICS: "there is no such topic",
        ExitCode.NOTHING: "no version is known",
    },
)
def models(
    context: click.Context,
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    as_json: bool,
) -> None:
    """List the model versions that were seen, and what each is to its model.

    From the topic of model versions; the share is that of the last full hour of its model.
    """
    if context.invoked_subcommand is not None:
        if bootstrap is not None or assignments or as_json:
            raise click.UsageError(f"put the options behind {context.invoked_subcommand}")
        return
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        known = asyncio.run(with_brokers(settings, read_versions))
    if as_json:
        click.echo(json.dumps([model_document(known.of(each)) for each in known.models], indent=2))
    elif known.records:
        for line in table(known.records):
            say(line)
    _tell_of_strange(known)
    if not known.records:
        say("driftline: no model version is known", err=True)
        raise SystemExit(ExitCode.NOTHING)


@models.command()
@settings_options
@click.argument("model")
@click.option("--at", "time", type=TIME, help="As of this time; the latest known by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "it was shown",
        ExitCode.TOPICS: "there is no such topic",
        ExitCode.NOTHING: "no version of the model is known",
    },
)
def show(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    model: str,
    time: int | None,
    as_json: bool,
) -> None:
    """Show which versions of a model served at a time, how good they were, and their history."""
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        read = asyncio.run(with_brokers(settings, partial(_read, model=model)))
    known, rollback, performances = read
    records = known.of(model)
    if records and as_json:
        told = None if rollback is None else rollback.document()
        document = model_document(records, time, told, performances)
        click.echo(json.dumps(document, indent=2))
    elif records:
        asked = () if rollback is None else rollback.lines()
        for line in lines_of_model(records, time, asked, performances):
            say(line)
    _tell_of_strange(known)
    if not records:
        say(f"driftline: no version of the model {model} is known", err=True)
        raise SystemExit(ExitCode.NOTHING)


class _Read(NamedTuple):
    """What the topics say of a model; None of what cannot be read, or is not there."""

    known: KnownVersions
    rollback: OpenRollback | None = None
    performances: KnownPerformances | None = None


async def _read(settings: Settings, model: str) -> _Read:
    known = await read_versions(settings)
    if not known.of(model):
        return _Read(known)
    rollback = await _rollback_of(settings, model, known)
    return _Read(known, rollback, await _performances_of(settings, model))


async def _performances_of(settings: Settings, model: str) -> KnownPerformances | None:
    try:
        found = await read_performances(settings, model)
    except TopicRefused as why:
        say(f"how good the versions were is not known: {why}", err=True)
        return None
    if found.strange:
        say(f"{found.strange} records of the topic are none of performances", err=True)
    return found


async def _rollback_of(settings: Settings, model: str, known: KnownVersions) -> OpenRollback | None:
    try:
        opened = await read_open(settings, await read_served(settings), known.newest_of)
    except TopicRefused as why:
        say(f"whether a rollback is asked for is not known: {why}", err=True)
        return None
    return next((each for each in opened.rollbacks if each.request.model == model), None)


def _tell_of_strange(known: KnownVersions) -> None:
    if known.strange:
        say(f"{known.strange} records of the topic are none of model versions", err=True)
