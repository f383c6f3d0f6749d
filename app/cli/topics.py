"""``driftline topics``."""

import asyncio
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from app.cli.common import clear_errors, settings_of, settings_options, with_brokers
from app.cli.exits_in_help import OF_ALL, exits
from app.kafka.topics import ensure_topics
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
            for line in asyncio.run(with_brokers(settings, adopt_topics)):
                say(line)
            return
        # Whatever topics.create says: whoever runs this wants them.
        create = partial(ensure_topics, create=True, dry_run=dry_run)
        report = asyncio.run(with_brokers(settings, create))
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
