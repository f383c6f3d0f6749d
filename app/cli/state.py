"""``driftline state``."""

import asyncio
import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from agents.state.stored_state import UnusableState
from app.cli.common import clear_errors, settings_of, settings_options
from app.cli.exits_in_help import OF_ALL, exits
from app.kafka.reachability import wait_shortly
from app.settings import Settings
from app.state.store import (
    PartitionState,
    forget_model,
    forget_partition,
    held,
    matching,
    read_states,
)
from app.terminal import say
from app.worker.exit_codes import ExitCode
from detectors.monitors.held_snapshot import NEWCOMERS
from detectors.monitors.model_summary import summary_of
from detectors.reference.season import UNKNOWN
from detectors.snapshots.codec import decode_snapshot
from schemas.tables.columns import Kind

_PLURALS: Final = {
    Kind.NUMBER: "numbers",
    Kind.CATEGORY: "categories",
    Kind.BOOLEAN: "booleans",
}


@click.group()
def state() -> None:
    """List, show and forget what detectors and policy have learned.

    Workers keep it in two compacted topics and go on from it after a restart.
    """


@state.command("list")
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@exits(
    *OF_ALL,
    said={ExitCode.OK: "all can be read", ExitCode.NOTHING: "a state cannot be read"},
)
def list_states(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    as_json: bool,
) -> None:
    """List the stored states, and what is wrong with those that cannot be read."""
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        found = asyncio.run(_read(settings))
    rows = [row for each in found for row in _rows(each)]
    problems = [_problem(error) for each in found for error in each.problems]
    if as_json:
        _print({"ok": not problems, "states": rows, "problems": problems})
    else:
        for row in rows:
            say(
                f"{row['topic']} {row['partition']}: {' '.join(row['name'])}: {row['bytes']} bytes "
                f"in {row['records']} records, covers {row['covers']}, of {row['written_at']}"
            )
        for problem in problems:
            say(f"unreadable: {problem['message']}", err=True)
        say(f"{len(rows)} snapshots, {len(problems)} unreadable")
    if problems:
        raise SystemExit(ExitCode.NOTHING)


@state.command()
@settings_options
@click.argument("model")
@click.option("--version", help="One version of it; all by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole state as JSON.")
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "it was shown",
        ExitCode.NOTHING: "there is none, or it cannot be read",
    },
)
def show(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    model: str,
    version: str | None,
    as_json: bool,
) -> None:
    """Show the stored state of a model."""
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        found = asyncio.run(_read(settings))
    shown = [
        {"topic": each.topic, "partition": each.partition, "name": list(name), **tree}
        for each in found
        if each.stored is not None
        for name in matching(each.stored.parts, model, version)
        for tree in [decode_snapshot(each.stored.parts[name])]
    ]
    shown += [
        {
            "topic": each.topic,
            "partition": each.partition,
            "name": [NEWCOMERS, *key],
            "state": {"held rows": rows},
        }
        for each in found
        if each.stored is not None
        for key, rows in held(each.stored, model, version).items()
    ]
    problems = [error for each in found for error in each.problems]
    if as_json:
        _print(shown)
    else:
        for tree in shown:
            say(f"{tree['topic']} {tree['partition']}: {' '.join(tree['name'])}")
            for line in _summary(tree["state"]):
                say(f"  {line}")
    for error in problems:
        say(f"unreadable: {error}", err=True)
    if not shown:
        say(f"driftline: no readable state of {model}", err=True)
        raise SystemExit(ExitCode.NOTHING)


@state.command()
@settings_options
@click.option("--model", help="Forget this model, in both topics.")
@click.option("--version", help="Forget one version of the model only.")
@click.option("--topic", help="Forget in this state topic: its full name. With --partition.")
@click.option("--partition", type=click.IntRange(min=0), help="Forget this whole partition.")
@click.option("--yes", is_flag=True, help="Do it; without, nothing is changed.")
@exits(
    *OF_ALL,
    said={
        ExitCode.OK: "it is forgotten",
        ExitCode.CONFIGURATION: "the configuration or the flags cannot be used",
        ExitCode.NOTHING: "there is no such state, or workers run",
    },
)
def reset(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    model: str | None,
    version: str | None,
    topic: str | None,
    partition: int | None,
    yes: bool,
) -> None:
    """Forget stored state: what it was of begins anew with the next row.

    Stop all workers first: they hold the state, and would write it again.
    """
    by_partition = topic is not None and partition is not None
    if (model is None) is not by_partition or (version is not None and model is None):
        raise click.UsageError(
            "name --model, with or without --version, or --topic and --partition"
        )
    if not yes:
        raise click.UsageError("this cannot be undone: say --yes")
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        asyncio.run(_wait(settings))
        if model is not None:
            for name in asyncio.run(forget_model(settings, model, version)):
                say(f"forgot {' '.join(name)}")
        elif topic is not None and partition is not None:
            count = asyncio.run(forget_partition(settings, topic, partition))
            say(f"forgot {count} records of {topic}, partition {partition}")


async def _wait(settings: Settings) -> None:
    await wait_shortly(settings.kafka)


async def _read(settings: Settings) -> list[PartitionState]:
    await _wait(settings)
    return await read_states(settings)


def _rows(found: PartitionState) -> list[dict[str, Any]]:
    stored = found.stored
    if stored is None:
        return []
    written = datetime.fromtimestamp(stored.written_at / 1000, UTC).isoformat(timespec="seconds")
    return [
        {
            "topic": found.topic,
            "partition": found.partition,
            "name": list(name),
            "bytes": ref.size,
            "records": ref.parts,
            "digest": ref.digest,
            "covers": stored.covers,
            "written_at": written,
            "readable": name not in stored.problems,
        }
        for name, ref in stored.refs.items()
    ]


def _problem(error: UnusableState) -> dict[str, Any]:
    return {
        "topic": error.topic,
        "partition": error.partition,
        "offset": error.offset,
        "name": list(error.name),
        "reason": error.reason,
        "message": str(error),
    }


def _summary(tree: dict[str, Any]) -> list[str]:
    if "columns" not in tree:
        return [f"{name}: {value}" for name, value in tree.items() if not isinstance(value, list)]
    summary = summary_of(tree)
    lines = [f"{origin}: {rows} rows" for origin, rows in summary.rows.items()]
    lines.append(f"task: {summary.task}")
    for column in summary.columns:
        said = "watched" if column.ready else "in its burn-in"
        found = ", ".join(f"{count} {_PLURALS[kind]}" for kind, count in column.evidence.items())
        why = f"{column.kind}, of {found}" if found else f"{column.kind}"
        lost = f", {column.discarded} values came before the choice" if column.discarded else ""
        given = "" if column.given is None else f", given reference {column.given}"
        season = "" if column.season == UNKNOWN else f", season {column.season}"
        lines.append(f"{column.role} {column.name} ({why}): {said}{lost}{given}{season}")
    return lines


def _print(document: object) -> None:
    click.echo(json.dumps(_plain(document), indent=2))


def _plain(value: Any) -> Any:
    """Return a tree as JSON has it: arrays as lists, numbers that JSON has not as texts."""
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
