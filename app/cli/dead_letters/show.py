"""``driftline dead-letters show``."""

import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from app.cli.common import settings_options
from app.cli.dead_letters.options import with_letters
from app.cli.exits_in_help import OF_ALL, exits
from app.dead_letters.scan import Scan, scan
from app.dead_letters.selection import Selection
from app.kafka.whole_topic import WholeTopic
from app.settings import Settings
from app.terminal import say
from app.worker.exit_codes import ExitCode


@click.command()
@settings_options
@click.argument("letter_id")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, bytes in base64.")
@click.option(
    "--value", "value_only", is_flag=True, help="Write the record's value only, as it is."
)
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "shown",
        ExitCode.TOPICS: "there is no topic of dead letters",
        ExitCode.NOTHING: "there is no such letter",
    },
)
def show(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    letter_id: str,
    as_json: bool,
    value_only: bool,
) -> None:
    """Show the letter LETTER_ID, with the key, the headers and the value of its record."""

    async def look(_: Settings, reader: WholeTopic) -> Scan:
        return await scan(reader, Selection(ids=frozenset({letter_id})))

    found = with_letters(config, bootstrap, assignments, look)
    letter = found.letters.get(letter_id)
    if letter is None:
        say(f"driftline: there is no dead letter {letter_id}", err=True)
        raise SystemExit(ExitCode.NOTHING)
    if value_only:
        click.echo(letter.value or b"", nl=False)
        return
    if as_json:
        document = found.document(letter) | {
            "key": _base64(letter.key),
            "value": _base64(letter.value),
            "headers": [[name, _base64(value)] for name, value in letter.headers],
        }
        click.echo(json.dumps(document, indent=2))
        return
    for name, value in found.document(letter).items():
        say(f"{name}: {_plain(value)}")
    say(f"key: {_text(letter.key)}")
    for name, content in letter.headers:
        say(f"header {name}: {_text(content)}")
    say(f"value: {_text(letter.value)}")


def _base64(content: bytes | None) -> str | None:
    return None if content is None else b64encode(content).decode()


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _text(content: bytes | None) -> str:
    """Return bytes as text: what is none is escaped."""
    if content is None:
        return "null"
    return content.decode("utf-8", "backslashreplace")
