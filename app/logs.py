"""The log: structlog and the standard library's loggers, one line an event, on standard error."""

import logging
import sys
from io import StringIO
from typing import Any, Final, TextIO

import structlog
from aiohttp.http_exceptions import HttpProcessingError
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from agents.transport.denial import denial_of
from app.settings import LogSettings
from app.terminal import printable

_QUIET: Final = {
    # Each start and stop of each of their dozens of services is an info to them.
    "faust": logging.WARNING,
    "mode": logging.WARNING,
    "aiokafka": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "kafka": logging.WARNING,
    # What they say in debug is of no use to an operator, and there is very much of it.
    "asyncio": logging.INFO,
    "numba": logging.WARNING,
}
"""Least level of loggers that are not ours; they are never below the level asked for."""

_BORNE: Final = "aiokafka.consumer.group_coordinator"
"""Calls an error what it tries again itself: a coordinator that moves, a heartbeat that is late.
What it gives up on, it raises."""

_SERVER: Final = "aiohttp.server"
_CLIENTS_FAULTS: Final = (HttpProcessingError, ConnectionError)
"""What a client of the metrics' port can bring about; anything else there is an error of ours."""


def configure_logs(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send all logs to one place in one form; a second call replaces the first.

    Parameters
    ----------
    settings
        Level and form.
    stream
        Where to; standard error by default.
    """
    stream = sys.stderr if stream is None else stream
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    as_json = settings.format == "json" or (settings.format == "auto" and not stream.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # A logger that was used before this call must not keep the form that it had.
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.addFilter(_Lowered(level))
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                ProcessorFormatter.remove_processors_meta,
                *(_json() if as_json else _console(stream)),
            ],
        )
    )
    if level > logging.DEBUG:
        handler.addFilter(_is_no_chatter)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, level))
    logging.captureWarnings(capture=True)


class _Lowered(logging.Filter):
    """Makes warnings of the errors of libraries that are none to an operator."""

    def __init__(self, level: int) -> None:
        super().__init__()
        self._level = level

    def filter(self, record: logging.LogRecord) -> bool:
        """Lower a record's level where that is due; tell whether it is still to be logged."""
        if record.levelno == logging.ERROR and _is_told(record):
            record.exc_info = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        if record.levelno == logging.ERROR and _is_normal(record):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return record.levelno >= self._level


def _is_normal(record: logging.LogRecord) -> bool:
    if record.name == _SERVER:
        error = record.exc_info[1] if record.exc_info else None
        return isinstance(error, _CLIENTS_FAULTS)
    return record.name == _BORNE


def _is_told(record: logging.LogRecord) -> bool:
    """Tell whether an error is the user's lack of a permission.

    Each of the services on its way reports it, with where it was; in the end `app.worker.process`
    does.
    """
    return denial_of(record.exc_info[1] if record.exc_info else None) is not None


def _is_no_chatter(record: logging.LogRecord) -> bool:
    """Tell whether a record is more than a service's start or stop.

    Our subclasses of Faust's services log these by our loggers, with their place in the tree of
    services (``[^-HttpServer]: Starting...``).
    """
    return record.levelno > logging.INFO or not record.getMessage().startswith("[^")


def _json() -> list[Processor]:
    return [
        # With the exception as text; locals are never shown, they hold users' data and secrets.
        structlog.processors.format_exc_info,
        _first("timestamp", "level", "logger", "event"),
        structlog.processors.JSONRenderer(default=str),
    ]


def _console(stream: TextIO) -> list[Processor]:
    return [
        _escape,
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=_printable_traceback
        ),
    ]


def _escape(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Make all text printable; names in it come from the topics."""
    return {
        name: printable(value) if isinstance(value, str) else value for name, value in event.items()
    }


def _printable_traceback(stream: TextIO, error: ExcInfo) -> None:
    """Write a traceback; the default shows the locals of every frame where rich is installed."""
    text = StringIO()
    structlog.dev.plain_traceback(text, error)
    stream.write("\n".join(map(printable, text.getvalue().split("\n"))))


def _first(*names: str) -> Processor:
    def order(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        head: dict[str, Any] = {name: event[name] for name in names if name in event}
        return {**head, **event}

    return order
