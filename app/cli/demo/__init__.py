"""``driftline demo``: one module an act.

No act is played here: that is `app.demo`.
"""

import click

from app.cli.lazy_group import LazyGroup

__all__ = ["demo"]

COMMANDS = {
    "drift": "A model drifts; the word may be left out.",
    "canary": "A new version is worse, is caught, and the one before answers again.",
}
"""Commands by name, with what the overview says of them."""


@click.group(
    name="demo",
    cls=LazyGroup,
    commands_help=COMMANDS,
    package=__name__,
    usual="drift",
    no_args_is_help=False,
)
def demo() -> None:
    """Watch Driftline at work: a broker, a worker and traffic, on this machine.

    `driftline demo` alone is `driftline demo drift`, and takes its options.
    """
