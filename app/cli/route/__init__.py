"""``driftline route``: one module a command.

Nothing is decided here: that is `app.routing`.
"""

import click

from app.cli.lazy_group import LazyGroup

__all__ = ["route"]

COMMANDS = {
    "set": "Say which versions of a model serve; the word may be left out.",
    "show": "Show the routes of all models, or of one.",
}
"""Commands by name, with what the overview says of them."""


@click.group(name="route", cls=LazyGroup, commands_help=COMMANDS, package=__name__, usual="set")
def route() -> None:
    """Say which versions of a model serve, and show it: `driftline route fraud --canary 8`.

    A model that is called `set` or `show` needs the command's name in front: `driftline route set
    show --only 7`.
    """
