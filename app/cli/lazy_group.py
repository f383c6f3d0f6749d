"""A group of commands that imports none of them for its own help."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Finds the command ``name`` as the attribute ``name`` of the module ``package.name``.

    A hyphen of the command is an underscore there.

    Parameters
    ----------
    commands_help
        Names of the commands, in the order of the overview, with what it says of each.
    package
        Where their modules are.
    usual
        The command that is meant where none is named; none by default.
    """

    def __init__(
        self,
        *args: Any,
        commands_help: Mapping[str, str],
        package: str,
        usual: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._help = commands_help
        self._package = package
        self._usual = usual

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the usual command in front of what begins with none."""
        named = {*self._help, *ctx.help_option_names}
        is_usual = args[0] not in named if args else not self.no_args_is_help
        if self._usual is not None and is_usual:
            args = [self._usual, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        del ctx
        return list(self._help)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in self._help:
            return None
        name = cmd_name.replace("-", "_")
        module = import_module(f"{self._package}.{name}")
        # What would hide a builtin has a name of its own.
        command = getattr(module, name, getattr(module, f"{name}_", None))
        if not isinstance(command, click.Command):
            raise TypeError(f"{self._package}.{name}.{name} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(self._help.items()))
