"""``driftline dead-letters explain``."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from app.cli.dead_letters.options import filters, selection_of, with_letters
from app.cli.exits_in_help import OF_ALL, exits
from app.dead_letters.explanation import Explainer, Explanation
from app.dead_letters.judge import Judge, Verdict
from app.dead_letters.scan import scan
from app.kafka.whole_topic import WholeTopic
from app.settings import Settings
from app.terminal import say
from app.worker.exit_codes import ExitCode


@click.command()
@filters
@click.argument("letter_ids", nargs=-1)
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "all would be accepted now",
        ExitCode.FAILED: "some would not, or it cannot be told",
        ExitCode.TOPICS: "there is no topic of dead letters",
        ExitCode.NOTHING: "no letter matches",
    },
)
def explain(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    letter_ids: Sequence[str],
    as_json: bool,
    **selected: Any,
) -> None:
    """Say why records were refused, and whether they would be accepted now.

    For each topic and reason: what was expected and what was found. The original bytes are decoded
    again as a worker of the present configuration would, mapped fields included. LETTER_IDS are
    letters to look at; all that the filters leave where none is given.
    """

    async def look(settings: Settings, reader: WholeTopic) -> list[Explanation]:
        selection = selection_of(settings, ids=letter_ids, **selected)
        explainer = Explainer(Judge(settings))
        await scan(reader, selection, limit=0, newest=False, see=explainer.take)
        return explainer.explanations()

    explanations = with_letters(config, bootstrap, assignments, look)
    if as_json:
        document = {"explanations": [each.document() for each in explanations]}
        click.echo(json.dumps(document, indent=2))
    elif not explanations:
        say("no dead letter matches", err=True)
    for each in () if as_json else explanations:
        for line in _lines(each):
            say(line)
    if not explanations:
        raise SystemExit(ExitCode.NOTHING)
    if any(each.accepted < each.letters for each in explanations):
        raise SystemExit(ExitCode.FAILED)


def _lines(explanation: Explanation) -> list[str]:
    lines = [
        f"{explanation.topic}, {explanation.reason}: {explanation.letters:,} letters",
        f"  expected: {explanation.expected}",
        f"  now: {explanation.accepted:,} would be accepted, {explanation.refused:,} refused"
        + (f", {explanation.unknown:,} cannot be told" if explanation.unknown else ""),
    ]
    for letter, verdict in explanation.examples:
        lines.append(f"  {letter.id} (partition {letter.partition}, offset {letter.offset})")
        lines.append(f"    found: {letter.detail}")
        lines.append(f"    now: {_said(verdict)}")
    return lines


def _said(verdict: Verdict) -> str:
    if verdict.accepted:
        return "accepted"
    if verdict.accepted is None:
        return f"cannot be told: {verdict.detail}"
    at = f", at {verdict.path}" if verdict.path else ""
    return f"refused: {verdict.reason}{at}: {verdict.detail}"
