"""What commands share: options for the settings, exit codes, errors without a traceback."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click

from agents.state.stored_state import UnusableState
from agents.transport.denial import ClockRefused
from agents.transport.topic_reader import TopicStalled
from app import terminal
from app.credentials import masked
from app.kafka.brokers import TopicRefused
from app.kafka.clients import client_arguments
from app.kafka.permissions import NotAuthorized
from app.kafka.reachability import AuthenticationFailed, BrokersUnreachable, wait_for_brokers
from app.kafka.topics import WrongTopics
from app.mlflow.access import mlflow_access
from app.regular_file import UnreadableFile
from app.settings import CONFIG_VARIABLE, InvalidConfiguration, Problem, Settings, load_settings
from app.state.errors import NothingFound, WorkersRunning
from app.web.access import port_access
from app.web.server import AddressUnavailable
from app.worker.durability import check_durable
from app.worker.exit_codes import ExitCode
from app.worker.pending_directory import check_pending_directory

_CODES: Final[dict[type[Exception], ExitCode]] = {
    InvalidConfiguration: ExitCode.CONFIGURATION,
    AddressUnavailable: ExitCode.CONFIGURATION,
    ClockRefused: ExitCode.CONFIGURATION,
    UnreadableFile: ExitCode.CONFIGURATION,
    WrongTopics: ExitCode.TOPICS,
    TopicRefused: ExitCode.TOPICS,
    UnusableState: ExitCode.NOTHING,
    NothingFound: ExitCode.NOTHING,
    WorkersRunning: ExitCode.NOTHING,
    TopicStalled: ExitCode.UNREACHABLE,
    BrokersUnreachable: ExitCode.UNREACHABLE,
    AuthenticationFailed: ExitCode.DENIED,
    NotAuthorized: ExitCode.DENIED,
}

T = TypeVar("T")
CommandT = TypeVar("CommandT", bound=Callable[..., Any])


class _Assignment(click.ParamType):
    name = "key=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        key, equals, text = str(value).partition("=")
        if not key or not equals:
            # Not the text: it may be a secret that lost its key.
            self.fail("expected key=value, such as kafka.group_id=blue", param, ctx)
        return key, text


def settings_options(command: CommandT) -> CommandT:
    """Add ``--config``, ``--bootstrap`` and ``--set``: arguments for `settings_of`."""
    for option in (
        click.option(
            "--set",
            "assignments",
            type=_Assignment(),
            multiple=True,
            help="A setting by its path, such as policy.features=5. Repeatable.",
        ),
        click.option("--bootstrap", metavar="HOST:PORT,...", help="kafka.bootstrap_servers."),
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            envvar=CONFIG_VARIABLE,
            show_envvar=True,
            help="The configuration, a YAML file.",
        ),
    ):
        command = option(command)
    return command


def settings_of(
    config: Path | None, bootstrap: str | None, assignments: Sequence[tuple[str, str]]
) -> Settings:
    """Return the settings: flags over environment over file.

    Raises
    ------
    InvalidConfiguration
        With every problem.
    """
    overrides = dict(assignments)
    if bootstrap is not None:
        overrides["kafka.bootstrap_servers"] = bootstrap
    return load_settings(config, overrides)


async def with_brokers(settings: Settings, use: Callable[[Settings], Awaitable[T]]) -> T:
    """Return what `use` makes of the settings, once a broker answers; say so while none does."""
    await wait_for_brokers(settings.kafka, report=lambda text: terminal.say(text, err=True))
    return await use(settings)


def check_usable(settings: Settings) -> None:
    """Look at what the settings name on this machine, all of it: files, detectors, the folder.

    Raises
    ------
    InvalidConfiguration
        With every problem.
    """
    problems: list[Problem] = []
    for check in (
        lambda: client_arguments(settings.kafka),  # reads the files that the settings name
        lambda: port_access(settings.http),
        lambda: mlflow_access(settings.mlflow),
        lambda: check_durable(settings),
        lambda: check_pending_directory(settings),
    ):
        try:
            check()
        except InvalidConfiguration as error:
            problems += error.problems
    if problems:
        raise InvalidConfiguration(problems)


@contextmanager
def clear_errors(say: Callable[[str], object] | None = None) -> Iterator[None]:
    """End the process with a message and an exit code where an error is the user's to mend.

    Parameters
    ----------
    say
        Gets the message; it goes to standard error by default.
    """
    try:
        yield
    except tuple(_CODES) as error:
        fail(error, say)


def fail(error: Exception, say: Callable[[str], object] | None = None) -> NoReturn:
    """End the process with the message and the exit code of an error."""
    said = masked(str(error))
    if say is None:
        for line in f"driftline: {said}".split("\n"):
            terminal.say(line, err=True)
    else:
        say(said)
    raise SystemExit(_CODES[type(error)])
