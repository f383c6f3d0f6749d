"""``driftline dead-letters list``."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from app.cli.dead_letters.options import filters, selection_of, with_letters
from app.cli.exits_in_help import OF_ALL, exits
from app.dead_letters.letter import Letter
from app.dead_letters.scan import Scan, scan, without_content
from app.kafka.whole_topic import WholeTopic
from app.settings import Settings
from app.terminal import say
from app.worker.exit_codes import ExitCode
from schemas.events.times import format_time


@click.command()
@filters
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Letters shown."
)
@click.option("--oldest", is_flag=True, help="Show the oldest ones, not the newest.")
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "listed, were there any or not",
        ExitCode.TOPICS: "there is no topic of dead letters",
    },
)
def list(  # noqa: A001 - the command's name, by which it is found
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    limit: int,
    oldest: bool,
    as_json: bool,
    **selected: Any,
) -> None:
    """List dead letters, and count them by topic and reason.

    A record that was refused several times, as after a restart, is one letter. The topic is read
    to where it ends now; nothing is changed, and no consumer group is joined.
    """

    async def look(settings: Settings, reader: WholeTopic) -> Scan:
        selection = selection_of(settings, **selected)
        return await scan(reader, selection, limit=limit, newest=not oldest, keep=without_content)

    found = with_letters(config, bootstrap, assignments, look)
    if as_json:
        click.echo(json.dumps(_document(found), indent=2))
        return
    for letter in found.letters.values():
        say(_line(letter, replayed=letter.id in found.replayed))
    say(_totals(found))


def _document(found: Scan) -> dict[str, Any]:
    return {
        "matching": found.matching,
        "copies": found.copies,
        "strange": found.strange,
        "by_reason": [
            {"topic": topic, "reason": reason, "letters": count}
            for (topic, reason), count in sorted(found.by_reason.items())
        ],
        "letters": [found.document(letter) for letter in found.letters.values()],
    }


def _line(letter: Letter, *, replayed: bool) -> str:
    marks = [
        mark
        for mark, holds in (
            ("replayed", replayed),
            ("truncated", letter.truncated),
            (f"replay of {letter.replay_of}", bool(letter.replay_of)),
        )
        if holds
    ]
    return "  ".join(
        [
            format_time(letter.refused_at),
            letter.id,
            f"{letter.topic}[{letter.partition}]@{letter.offset}"
            + ("" if letter.last_offset is None else f"-{letter.last_offset}"),
            letter.reason,
            letter.detail,
            *(f"({mark})" for mark in marks),
        ]
    )


def _totals(found: Scan) -> str:
    parts = [f"{found.matching:,} letters, {len(found.letters):,} of them shown"]
    parts += [
        f"{topic} {reason}: {count:,}" for (topic, reason), count in found.by_reason.most_common()
    ]
    if found.copies:
        parts.append(f"{found.copies:,} further copies")
    if found.strange:
        parts.append(f"{found.strange:,} records that are no letters")
    return "\n".join(parts)
