"""The command line: one module a command, each imported when it is used.

`main` is the console script ``driftline``. Commands print; nothing else in the project does.
"""

import click

from app.buildinfo import driftline_version
from app.cli.lazy_group import LazyGroup

__all__ = ["main"]

COMMANDS = {
    "worker": "Watch models: read predictions and labels, publish alerts.",
    "explain": "Show how records of a topic or file are understood, before a worker reads them.",
    "check": "Check the configuration and the topics.",
    "topics": "Create the topics that are missing.",
    "dead-letters": "List, explain and replay records that were refused.",
    "comparisons": "Show how versions of models compare.",
    "models": "List model versions, and show which served at a time.",
    "route": "Say which versions of a model serve: alone, in shares, as a canary, in the shadow.",
    "reference": "Judge models against a file, or a range of past predictions.",
    "requests": "List the retrain and rollback requests that are open.",
    "state": "List, show and forget what detectors and policy have learned.",
    "demo": "Watch a model drift, or a bad version being caught, on this machine.",
    "play": "Play a file of past predictions into the topics.",
}
"""Commands by name, with what the overview says of them."""


@click.group(
    cls=LazyGroup,
    commands_help=COMMANDS,
    package=__name__,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(driftline_version(), prog_name="driftline")
def main() -> None:
    """Driftline: streaming drift detection for machine-learning models, on Kafka."""
