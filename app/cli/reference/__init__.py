"""``driftline reference``: one module a command.

Nothing is decided here: that is `app.references`.
"""

import click

from app.cli.lazy_group import LazyGroup

__all__ = ["reference"]

COMMANDS = {
    "set": "Have a model judged against a file, or a range of past predictions.",
    "show": "Show the references of a model, and what became of them column by column.",
    "withdraw": "Have a model judged against its own first rows again.",
}
"""Commands by name, with what the overview says of them."""


@click.group(name="reference", cls=LazyGroup, commands_help=COMMANDS, package=__name__)
def reference() -> None:
    """Judge models against references from outside: a file, or a range of past predictions."""
