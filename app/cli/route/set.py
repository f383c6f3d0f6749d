"""``driftline route set``."""

import asyncio
import getpass
import json
from collections.abc import Sequence
from pathlib import Path
from time import time

import click
from aiokafka.errors import KafkaError

from app.cli.common import clear_errors, settings_of, settings_options
from app.cli.exits_in_help import OF_ALL, exits
from app.cli.parameters import check_names
from app.cli.route.shares import split_of, steps_of
from app.routing.order import Order, RouteRefused
from app.routing.placing import Placed, place
from app.routing.text import lines_of
from app.terminal import say
from app.worker.exit_codes import ExitCode

_LONGEST_REASON = 2000


@click.command("set")
@click.argument("model")
@settings_options
@click.option("--only", metavar="VERSION", help="All of the traffic to one version, at once.")
@click.option(
    "--canary",
    metavar="VERSION",
    help="A version that takes over step by step, beginning with the first of the --steps.",
)
@click.option(
    "--steps",
    metavar="PERCENT,...",
    help="The canary's shares; 1,5,25,50,100 by default.",
)
@click.option(
    "--next", "advances", is_flag=True, help="The next step of the canary that is under way."
)
@click.option(
    "--again",
    is_flag=True,
    help="The route in force once more as it is, for workers whose state was reset.",
)
@click.option(
    "--split",
    metavar="VERSION=PERCENT,...",
    multiple=True,
    help="Shares of versions that are compared; repeatable.",
)
@click.option(
    "--shadow",
    "shadows",
    metavar="VERSION",
    multiple=True,
    help="A version that scores every request and answers none; repeatable.",
)
@click.option(
    "--baseline",
    metavar="VERSION",
    help="What serves beside a --canary or a --shadow; by default what serves now: by the route, "
    "or else the champion.",
)
@click.option("--end-ramp", is_flag=True, help="End the ramp that is on for this route.")
@click.option("--salt", help="What keys are assigned by; by default kept or new, as is right.")
@click.option("--reason", default="", help="Why, for who reads the route later.")
@click.option("--by", help="Who decides; by default the user's name on this machine.")
@click.option("--dry-run", is_flag=True, help="Say what it would be, and send nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@exits(
    ExitCode.TOPICS,
    *OF_ALL,
    said={
        ExitCode.OK: "it is in force",
        ExitCode.FAILED: "such a route cannot be made, a ramp is on, or the brokers failed",
    },
)
def set_(
    config: Path | None,
    bootstrap: str | None,
    assignments: Sequence[tuple[str, str]],
    *,
    model: str,
    only: str | None,
    canary: str | None,
    steps: str | None,
    advances: bool,
    again: bool,
    split: tuple[str, ...],
    shadows: tuple[str, ...],
    baseline: str | None,
    end_ramp: bool,
    salt: str | None,
    reason: str,
    by: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Say which versions of a MODEL serve: one of the first six options.

    Services that follow the topic of routes obey from the next request on. The same key gets the
    same version as long as shares stay, and changes once at most in a ramp.
    """
    asked = (only is not None, canary is not None, advances, again, bool(split), bool(shadows))
    if sum(asked) != 1:
        raise click.UsageError("name one of --only, --canary, --next, --again, --split, --shadow")
    if again and (salt is not None or reason or end_ramp):
        raise click.UsageError("--again is the route as it is: no --salt, --reason or --end-ramp")
    if steps is not None and canary is None:
        raise click.UsageError("--steps are those of a --canary")
    if baseline is not None and canary is None and not shadows:
        raise click.UsageError("--baseline is what serves beside a --canary or a --shadow")
    check_names(model, only, canary, baseline, salt, by, *shadows)
    if len(reason) > _LONGEST_REASON:
        raise click.UsageError(f"a reason has at most {_LONGEST_REASON} characters")
    order = Order(
        only=only,
        split=split_of(split),
        canary=canary,
        steps=() if steps is None else steps_of(steps),
        shadows=shadows,
        advances=advances,
        again=again,
        baseline=baseline,
        salt=salt,
        ends_ramp=end_ramp,
        by=by or _user(),
        reason=reason,
    )
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        try:
            placed = asyncio.run(
                place(settings, model, order, round(time() * 1000), dry_run=dry_run)
            )
        except (RouteRefused, KafkaError) as error:
            raise click.ClickException(str(error)) from None
    _tell(placed, as_json=as_json)


def _tell(placed: Placed, *, as_json: bool) -> None:
    for doubt in placed.doubts:
        say(f"driftline: warning: {doubt}", err=True)
    for each in placed.overtaken:
        decision = each.decision
        say(
            f"driftline: warning: {decision.by} had written another route meanwhile, at "
            f"{decision.time} ({each.route_id}): this one is in force in its stead",
            err=True,
        )
    if as_json:
        click.echo(json.dumps(placed.document(), indent=2, ensure_ascii=False))
        return
    for line in lines_of(placed.route):
        say(line)
    if not placed.is_new:
        say("in force already: nothing was sent")
    else:
        say("in force now" if placed.sent else "would be in force: nothing was sent")


def _user() -> str:
    """Return the name of the user; containers may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
