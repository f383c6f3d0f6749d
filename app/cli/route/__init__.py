"""``driftline route``: one module a command.

Nothing is decided here: that is `app.routing`.
"""

from typing import Final

import click

from app.cli.lazy_group import LazyGroup

__all__ = ["route"]

COMMANDS = {
    "set": "Say which versions of a model serve; the word may be left out.",
    "show": "Show the routes of all models, or of one.",
}
"""Commands by name, with what the overview says of them."""

_HELP: Final = frozenset({"-h", "--help"})


class _RouteGroup(LazyGroup):
    """``driftline route fraud ...`` is ``driftline route set fraud ...``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``set`` in front of what begins with no command."""
        if args and args[0] not in {*COMMANDS, *_HELP}:
            args = ["set", *args]
        return super().parse_args(ctx, args)


@click.group(name="route", cls=_RouteGroup, commands_help=COMMANDS, package=__name__)
def route() -> None:
    """Say which versions of a model serve, and show it: `driftline route fraud --canary 8`.

    A model that is called `set` or `show` needs the command's name in front: `driftline route set
    show --only 7`.
    """
