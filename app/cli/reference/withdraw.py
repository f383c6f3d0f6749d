"""``driftline reference withdraw``."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from time import time

import click
from aiokafka.errors import KafkaError

from app.cli.common import clear_errors, settings_of, settings_options
from app.cli.exits_in_help import OF_ALL, exits
from app.cli.parameters import check_names
from app.references.sending import send, withdrawal
from app.terminal import say
from app.worker.exit_codes import ExitCode


@click.command()
@click.argument("model")
@settings_options
@click.option("--version", help="That of one version; by default that of all versions.")
@exits(
    ExitCode.TOPICS,
    *OF_ALL,
    said={
        ExitCode.OK: "it is in force for no further column",
        ExitCode.FAILED: "the brokers failed",
    },
)
def withdraw(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    model: str,
    version: str | None,
) -> None:
    """Have columns of a MODEL that begin from now on judged against their own first rows.

    Columns that a reference is in force for keep it, until an alert or a model event.
    """
    check_names(model, version)
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        try:
            asyncio.run(send(settings, model, [withdrawal(model, version, round(time() * 1000))]))
        except KafkaError as error:
            raise click.ClickException(f"the record was not taken: {error}") from None
    whose = "all versions" if version is None else f"version {version}"
    say(f"withdrawn: the reference of {whose} of {model}")
