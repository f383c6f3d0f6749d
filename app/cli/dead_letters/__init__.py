"""``driftline dead-letters``: one module a command, as above.

Nothing is decided here: that is `app.dead_letters`.
"""

import click

from app.cli.lazy_group import LazyGroup

__all__ = ["dead_letters"]

COMMANDS = {
    "list": "List dead letters.",
    "show": "Show one letter, with its record.",
    "explain": "Say why records were refused, and whether they would be accepted now.",
    "replay": "Send records back to where they came from.",
}
"""Commands by name, with what the overview says of them."""


@click.group(name="dead-letters", cls=LazyGroup, commands_help=COMMANDS, package=__name__)
def dead_letters() -> None:
    """List, explain and replay records that were refused."""
