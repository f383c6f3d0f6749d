import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from aiohttp.http_exceptions import BadStatusLine
from aiokafka.errors import TopicAuthorizationFailedError

from app.logs import configure_logs
from app.settings import LogSettings


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def untouched_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def logged(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def configured(
    stream: io.StringIO,
    level: str = "info",
    format: str = "auto",  # noqa: A002 - the setting's name
) -> None:
    document = json.dumps({"level": level, "format": format})
    configure_logs(LogSettings.model_validate_json(document), stream)


def test_off_a_terminal_a_line_is_a_json_object() -> None:
    stream = io.StringIO()
    configured(stream)
    structlog.get_logger("ours").info("created", topic="alerts")
    logging.getLogger("agents.x").warning("waited %d s", 3, extra={"partition": 1})
    first, second = logged(stream)
    assert list(first)[:4] == ["timestamp", "level", "logger", "event"]
    assert (first["event"], first["topic"], first["logger"]) == ("created", "alerts", "ours")
    assert (second["event"], second["partition"]) == ("waited 3 s", 1)
    assert first["timestamp"].endswith("Z")


def test_on_a_terminal_a_line_is_for_people() -> None:
    stream = Terminal()
    configured(stream)
    structlog.get_logger("ours").info("created", topic="alerts")
    assert "created" in stream.getvalue()
    with pytest.raises(json.JSONDecodeError):
        logged(stream)


def test_a_form_that_is_asked_for_is_taken() -> None:
    stream = Terminal()
    configured(stream, format="json")
    logging.getLogger("x").info("hello")
    assert logged(stream)[0]["event"] == "hello"


@pytest.mark.parametrize("format_", ["json", "console"])
def test_an_exception_is_shown_without_the_values_of_variables(format_: str) -> None:
    stream = io.StringIO()
    configured(stream, format=format_)
    password = "hunter" + str(2)
    try:
        [0][len(password)]
    except IndexError:
        logging.getLogger("x").exception("failed")
    assert "IndexError: list index" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()


def test_what_is_below_the_level_is_not_logged() -> None:
    stream = io.StringIO()
    configured(stream, level="warning")
    structlog.get_logger("ours").info("no")
    logging.getLogger("agents").info("no")
    assert stream.getvalue() == ""


def test_the_chatter_of_libraries_is_not_logged_but_their_warnings_are() -> None:
    stream = io.StringIO()
    configured(stream)
    for name in ("faust.app.base", "mode.services", "aiokafka.conn"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("trouble")
    logging.getLogger("agents.transport.driver").info("[^-BatchedConsumer]: Starting...")
    assert [line["event"] for line in logged(stream)] == ["trouble"] * 3


COORDINATOR = "aiokafka.consumer.group_coordinator"


@pytest.mark.parametrize(
    ("name", "error", "level"),
    [
        (COORDINATOR, None, "warning"),
        ("aiohttp.server", BadStatusLine("x"), "warning"),
        ("aiohttp.server", ConnectionResetError(), "warning"),
        ("aiohttp.server", ZeroDivisionError(), "error"),
        ("aiohttp.server", None, "error"),
        ("aiokafka.producer.sender", None, "error"),
        ("app.worker.process", ConnectionResetError(), "error"),
    ],
)
def test_errors_of_libraries_that_are_normal_are_warnings_and_no_others(
    name: str, error: Exception | None, level: str
) -> None:
    stream = io.StringIO()
    configured(stream)
    logging.getLogger(name).error("trouble", exc_info=error)
    logging.getLogger(name).critical("disaster")
    assert [line["level"] for line in logged(stream)] == [level, "critical"]


def test_a_lowered_error_is_not_logged_where_warnings_are_not() -> None:
    stream = io.StringIO()
    configured(stream, level="error")
    logging.getLogger(COORDINATOR).error("a coordinator moved")
    logging.getLogger("aiokafka.client").error("trouble")
    assert [line["event"] for line in logged(stream)] == ["trouble"]


def test_a_second_call_replaces_the_first() -> None:
    first, second = io.StringIO(), io.StringIO()
    configured(first)
    logger = structlog.get_logger("ours")
    logger.info("one")
    configured(second)
    logger.info("two")
    assert [line["event"] for line in logged(first)] == ["one"]
    assert [line["event"] for line in logged(second)] == ["two"]


def test_a_lost_permission_is_a_warning_without_a_traceback_on_its_way() -> None:
    stream = io.StringIO()
    configured(stream)
    error = TopicAuthorizationFailedError("alerts")
    logging.getLogger("faust.x").error("Crashed", exc_info=error)
    (line,) = logged(stream)
    assert (line["level"], line["event"]) == ("warning", "Crashed")
    assert "exception" not in line
