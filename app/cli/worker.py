"""``driftline worker``."""

import asyncio
import signal
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import click
import structlog

from app.buildinfo import driftline_version
from app.cli.common import check_usable, clear_errors, settings_of, settings_options
from app.cli.exits_in_help import OF_ALL, exits
from app.kafka.brokers import connected
from app.kafka.permissions import needed_by_worker
from app.kafka.reachability import BrokersUnreachable, wait_for_brokers
from app.kafka.topic_history import Admitted, admit_topics, check_topics
from app.logs import configure_logs
from app.settings import Settings
from app.settings.exposed import exposed_secrets
from app.web.server import check_address
from app.worker.allocator import share_one_arena, trimmed
from app.worker.durability import not_durable
from app.worker.exit_codes import ExitCode
from app.worker.warm_up import warm_up

SHUTDOWN_TIMEOUT: Final = 30.0
"""Seconds that a stop may take; the next worker replays what was not committed."""


@click.command()
@settings_options
@exits(
    ExitCode.FAILED,
    ExitCode.TOPICS,
    ExitCode.REFUSED,
    ExitCode.FORCED,
    ExitCode.FORMATS,
    *OF_ALL,
    said={ExitCode.OK: "stopped by a signal"},
)
def worker(
    config: Path | None, bootstrap: str | None, assignments: Sequence[tuple[str, str]]
) -> None:
    """Watch models: read predictions and labels, publish alerts.

    Start as many as there is work for: they share it.
    """
    with clear_errors():
        settings = settings_of(config, bootstrap, assignments)
        check_usable(settings)
    configure_logs(settings.logging)
    logger = structlog.get_logger("driftline.worker")
    for each in exposed_secrets(settings):
        logger.warning(str(each))
    with clear_errors(logger.critical):
        check_address(settings.http)
        share_one_arena()
        warm_up()
        prepared = _run_until_signal(_prepare(settings, logger))
        if prepared is not None:
            raise SystemExit(_run(prepared, logger))


async def _prepare(settings: Settings, logger: Any) -> Admitted:
    """Make what is missing; return the topics, and the settings with their partitions."""
    await wait_for_brokers(settings.kafka, report=logger.warning)
    await _check_permissions(settings)
    admitted = await admit_topics(settings)
    for topic in admitted.report.missing:
        logger.info("created a topic", topic=topic.name, partitions=topic.partitions)
    for change in admitted.changes:
        logger.warning(change)
    if admitted.report.missing:
        await _check_permissions(settings)
    return admitted


async def _check_permissions(settings: Settings) -> None:
    async with connected(settings.kafka) as brokers:
        await brokers.check_permissions(needed_by_worker(settings), group=settings.kafka.group_id)


def _run(admitted: Admitted, logger: Any) -> ExitCode:
    # Faust and the agents take a second to import: an error above is told without them.
    from app.factory import create_app  # noqa: PLC0415 - see above
    from app.worker.process import run  # noqa: PLC0415 - see above

    settings = admitted.settings
    app = create_app(settings, topics_found=admitted.topics)
    if settings.state.enabled:
        for each in not_durable(settings):
            logger.warning(str(each))
    logger.info(
        "starting",
        version=driftline_version(),
        brokers=settings.kafka.bootstrap_servers,
        group=settings.kafka.group_id,
    )
    with trimmed():
        code = run(app, shutdown_timeout=SHUTDOWN_TIMEOUT)
    if code == ExitCode.DENIED:
        # The broker has named one topic or group; this names all that is missing by now.
        asyncio.run(_check_permissions(settings))
    if code == ExitCode.TOPICS:
        # Likewise, with what to do; nothing where a worker may be started again.
        with suppress(BrokersUnreachable):
            asyncio.run(check_topics(settings))
    return code


def _run_until_signal(work: Coroutine[Any, Any, Admitted]) -> Admitted | None:
    """Run to the end and return what comes of it; None where SIGTERM or SIGINT comes first."""

    async def main() -> Admitted | None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        # As the first process of a container this one would otherwise not heed SIGTERM.
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            return await task
        return None

    return asyncio.run(main())
