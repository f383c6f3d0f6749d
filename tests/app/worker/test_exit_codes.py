import click
import pytest

from app.cli import COMMANDS
from app.cli import main as driftline
from app.cli.exits_in_help import exits
from app.worker.exit_codes import ExitCode


def test_the_numbers_stay_what_scripts_and_supervisors_know() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "FAILED": 1,
        "CONFIGURATION": 2,
        "TOPICS": 3,
        "NOTHING": 4,
        "REFUSED": 65,
        "UNREACHABLE": 69,
        "FORCED": 70,
        "FORMATS": 76,
        "DENIED": 77,
        "INTERRUPTED": 130,
    }


def test_the_help_lists_the_codes_in_order_with_what_a_command_has_to_say_of_them() -> None:
    @exits(ExitCode.DENIED, ExitCode.NOTHING, said={ExitCode.NOTHING: "there is no such thing"})
    def command() -> None:
        """Do a thing.

        At length.
        """

    assert command.__doc__ == (
        "Do a thing.\n\nAt length.\n\n"
        "Exit codes: 4 there is no such thing; 77 the broker refused the user."
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_connects_tells_how_it_may_end(name: str) -> None:
    context = click.Context(driftline)
    command = driftline.get_command(context, name)
    assert command is not None
    commands = [command]
    if isinstance(command, click.Group):
        inner = click.Context(command, parent=context)
        each = [command.get_command(inner, name) for name in command.list_commands(inner)]
        commands = [one for one in each if one is not None]
    for one in commands:
        _, found, listed = (one.help or "").partition("Exit codes: ")
        assert found, one.name
        codes = {int(part.split()[0]) for part in listed.split("; ")}
        assert codes <= {*ExitCode}
        assert {ExitCode.OK, ExitCode.CONFIGURATION, ExitCode.UNREACHABLE} <= codes
