"""``driftline topics``."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import click

from app.cli.common import clear_errors, settings_of, settings_options
from app.cli.exits_in_help import OF_ALL, exits
from app.kafka.brokers import wait_for_brokers
from app.kafka.topics import TopicReport, ensure_topics
from app.settings import Settings
from app.state.adoption import adopt_topics
from app.terminal import say
from app.worker.exit_codes import ExitCode


@click.command()
@settings_options
@click.option("--dry-run", is_flag=True, help="Say what would be created, and create nothing.")
@click.option(
    "--adopt",
    is_flag=True,
    help="Take internal topics that were made anew or widened as they are now, and forget what was "
    "learned by the old ones. Stop all workers first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "all exist",
        ExitCode.NOTHING: "workers run",
        ExitCode.TOPICS: "the topics cannot be used or the broker refuses to create them",
    },
)
def topics(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    dry_run: bool,
    adopt: bool,
    as_json: bool,
) -> None:
    """Create the topics that are missing, with the right partition counts.

    Topics that exist are never changed; where one cannot be used, nothing is created.
    """
    if adopt and (dry_run or as_json):
        raise click.UsageError("--adopt goes alone")
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        if adopt:
            for line in asyncio.run(_adopted(settings)):
                say(line)
            return
        report = asyncio.run(_create(settings, dry_run=dry_run))
    existing = sorted(name for name, count in report.partitions.items() if count is not None)
    if as_json:
        created = [
            {"name": topic.name, "partitions": topic.partitions, "config": dict(topic.config)}
            for topic in report.missing
        ]
        document = {"dry_run": dry_run, "created": created, "existing": existing}
        click.echo(json.dumps(document, indent=2))
        return
    for topic in report.missing:
        verb = "would create" if dry_run else "created"
        say(f"{verb} {topic.name} with {topic.partitions} partitions")
    say(f"{len(existing)} of {len(report.partitions)} topics existed")


async def _create(settings: Settings, *, dry_run: bool) -> TopicReport:
    await wait_for_brokers(settings.kafka, report=lambda text: say(text, err=True))
    # Whatever topics.create says: whoever runs this wants them.
    return await ensure_topics(settings, create=True, dry_run=dry_run)


async def _adopted(settings: Settings) -> list[str]:
    await wait_for_brokers(settings.kafka, report=lambda text: say(text, err=True))
    return await adopt_topics(settings)
