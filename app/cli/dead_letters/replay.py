"""``driftline dead-letters replay``."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from app.cli.dead_letters.options import filters, selection_of, with_letters
from app.cli.exits_in_help import OF_ALL, exits
from app.dead_letters.replay import Replay, ReplayOptions, ReplayReport, producing
from app.dead_letters.scan import scan, without_content
from app.kafka.whole_topic import WholeTopic
from app.settings import Settings
from app.terminal import say
from app.worker.exit_codes import ExitCode


@click.command()
@filters
@click.option("--limit", type=click.IntRange(min=1), help="Letters replayed, the oldest ones.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@click.option("--yes", is_flag=True, help="Send more than one without being asked.")
@click.option("--again", is_flag=True, help="Send also what was replayed before.")
@click.option(
    "--if-accepted", is_flag=True, help="Send only what the present settings would accept."
)
@click.argument("letter_ids", nargs=-1)
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "all that matches is sent, or was before",
        ExitCode.FAILED: "some could not be, or would be refused",
        ExitCode.CONFIGURATION: "the configuration cannot be used, or --yes is missing",
        ExitCode.TOPICS: "there is no topic of dead letters",
        ExitCode.NOTHING: "no letter matches",
    },
)
def replay(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    letter_ids: Sequence[str],
    limit: int | None,
    dry_run: bool,
    yes: bool,
    again: bool,
    if_accepted: bool,
    as_json: bool,
    **selected: Any,
) -> None:
    """Send the records of dead letters back to the topics that they came from.

    Each goes to its own partition with its own key, value, headers and time; one header more,
    driftline-dead-letter, names the letter. A letter that was replayed is marked in the topic of
    dead letters, and is not sent a second time. One that was cut is fetched from its source
    position, where it still stands. LETTER_IDS are letters to send; all that the filters leave
    where none is given.
    """
    options = ReplayOptions(dry_run=dry_run, again=again, only_accepted=if_accepted, limit=limit)

    async def send(settings: Settings, reader: WholeTopic) -> ReplayReport | None:
        selection = selection_of(settings, ids=letter_ids, **selected)
        found = await scan(reader, selection, keep=without_content)
        if not found.letters:
            return None
        due = len(options.due(found))
        if due > 1 and not (yes or dry_run):
            raise click.UsageError(
                f"{due:,} letters are due: add --yes to send them all, or --dry-run to see what "
                "would be sent"
            )
        async with producing(settings) as producer:
            return await Replay(settings, options, reader, producer).run(found)

    report = with_letters(config, bootstrap, assignments, send)
    if report is None:
        say("no dead letter matches", err=True)
        raise SystemExit(ExitCode.NOTHING)
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, **report.document()}, indent=2))
    else:
        _print(report, dry_run=dry_run)
    if report.failed or report.refused:
        raise SystemExit(ExitCode.FAILED)


def _print(report: ReplayReport, *, dry_run: bool) -> None:
    say(f"{'would send' if dry_run else 'sent'} {report.sent:,}")
    if report.already:
        say(f"replayed before: {report.already:,}")
    if report.refused:
        say(f"would be refused again: {report.refused:,}")
    for letter_id, why in report.failed.items():
        say(f"not sent: {letter_id}: {why}")
