"""``driftline requests``."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import click

from app.cli.common import clear_errors, settings_of, settings_options, with_brokers
from app.cli.exits_in_help import OF_ALL, exits
from app.kafka.brokers import TopicRefused
from app.requests.open_requests import OpenRequest
from app.requests.open_rollbacks import OpenRollback
from app.requests.reader import OpenOfAll, read_open
from app.routing.served import read_served
from app.settings import Settings
from app.terminal import say
from app.versions.reader import KnownVersions, read_versions
from app.worker.exit_codes import ExitCode


@click.command()
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "they are listed, none if none is open",
        ExitCode.TOPICS: "there is no such topic",
    },
)
def requests(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    as_json: bool,
) -> None:
    """List the retrain and rollback requests that nothing has answered."""
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        opened = asyncio.run(with_brokers(settings, _read))
    retrainings, rollbacks, expired, strange = opened
    found: list[OpenRollback | OpenRequest] = [*rollbacks, *retrainings]
    if as_json:
        click.echo(json.dumps([each.document() for each in found], indent=2))
    else:
        for each in found:
            for line in each.lines():
                say(line)
        say(f"{len(rollbacks)} open rollback requests, {len(retrainings)} open retrain requests")
    if expired:
        say(f"{expired} requests have expired, and nobody has answered them", err=True)
    if strange:
        say(f"{strange} records are neither requests nor model events", err=True)


async def _read(settings: Settings) -> OpenOfAll:
    served = await read_served(settings)
    try:
        known = await read_versions(settings)
    except TopicRefused as why:
        say(f"whether any request has expired is not known: {why}", err=True)
        known = KnownVersions()
    return await read_open(settings, served, known.newest_of)
