"""``driftline check``."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from app.cli.common import (
    check_usable,
    clear_errors,
    settings_of,
    settings_options,
)
from app.cli.exits_in_help import OF_ALL, exits
from app.kafka.brokers import connected
from app.kafka.permissions import needed_by_worker
from app.kafka.reachability import wait_shortly
from app.kafka.topic_history import look_at_topics
from app.kafka.topics import TopicReport
from app.settings import InvalidConfiguration, Settings, TopicRole, settings_schema
from app.settings.exposed import exposed_secrets
from app.terminal import say
from app.worker.durability import not_durable
from app.worker.exit_codes import ExitCode


@click.command()
@settings_options
@click.option("--offline", is_flag=True, help="Check the configuration only.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "--schema", is_flag=True, help="Print the JSON Schema of the configuration, for editors."
)
@exits(ExitCode.OK, ExitCode.TOPICS, *OF_ALL)
def check(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    offline: bool,
    as_json: bool,
    schema: bool,
) -> None:
    """Check the configuration, then the topics.

    Nothing is created or changed, but for the folder of intake.pending.directory.
    """
    if schema:
        click.echo(json.dumps(settings_schema(), indent=2))
        return
    with clear_errors():
        try:
            settings = settings_of(config, bootstrap, assignments)
            check_usable(settings)
        except InvalidConfiguration as error:
            if not as_json:
                raise
            problems = [problem._asdict() for problem in error.problems]
            _print({"ok": False, "configuration": problems})
            raise SystemExit(ExitCode.CONFIGURATION) from None
        report = None if offline else asyncio.run(_look(settings))
    if as_json:
        _print(_document(settings, report))
    else:
        _print_text(settings, report)
    if report is not None and report.problems:
        raise SystemExit(ExitCode.TOPICS)


async def _look(settings: Settings) -> TopicReport:
    kafka = settings.kafka
    await wait_shortly(kafka)
    async with connected(kafka) as brokers:
        await brokers.check_permissions(needed_by_worker(settings), group=kafka.group_id)
    return await look_at_topics(settings)


def _document(settings: Settings, report: TopicReport | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "ok": True,
        "configuration": [],
        "exposed_secrets": [
            {**each._asdict(), "path": str(each.path)} for each in exposed_secrets(settings)
        ],
        "not_durable": [asdict(each) for each in not_durable(settings)],
    }
    if report is not None:
        document["ok"] = not report.problems
        document["topics"] = [
            {"role": role, "name": name, "partitions": report.partitions[name]}
            for role in TopicRole
            for name in [settings.topics.full_name(role)]
            if name in report.partitions
        ]
        document["missing"] = [topic.name for topic in report.missing]
        document["problems"] = [asdict(problem) for problem in report.problems]
    return document


def _print(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, indent=2))


def _print_text(settings: Settings, report: TopicReport | None) -> None:
    say("configuration: ok")
    for each in (*exposed_secrets(settings), *not_durable(settings)):
        say(f"warning: {each}", err=True)
    if report is None:
        return
    planned = {topic.name: topic.partitions for topic in report.missing}
    for role in TopicRole:
        name = settings.topics.full_name(role)
        if name not in report.partitions:
            continue
        count = report.partitions[name]
        if count is not None:
            said = f"{count} partitions"
        elif settings.topics.create == "missing":
            said = f"missing; a worker creates it with {planned[name]} partitions"
        else:
            said = "missing"
        say(f"{role}: {name}: {said}")
    for problem in report.problems:
        say(f"problem: {problem.topic}: {problem.message}", err=True)
    if not report.problems:
        say("topics: ok")
