import io
import logging
import sys
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.logs import configure_logs
from app.settings import LogSettings
from app.terminal import printable, say

HOSTILE = {
    "title": "\x1b]0;owned\x07",
    "clear": "fraud\x1b[2J",
    "c1": "fraud\x9b2J",
    "right-to-left": "fraud\u202etxt",
    "isolate": "\u2066fraud\u2069",
    "line": "fraud\nok: all is well",
    "carriage": "fraud\rok",
    "separator": "fraud\u2028ok",
    "surrogate": "fraud\udc80",
    "zero-width": "fr\u200baud",
}
names = pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)


@given(st.text())
def test_what_is_printed_steers_no_terminal(text: str) -> None:
    shown = printable(text)
    assert not {category(each)[0] for each in shown} & {"C"}
    assert {category(each) for each in shown} & {"Zl", "Zp"} == set()


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"])))
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


@names
def test_a_line_is_one_line_whatever_a_name_holds(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say(f"model {name}: watched")
    shown = capsys.readouterr().out
    assert shown.endswith("\n")
    assert shown[:-1].isprintable()


@names
@pytest.mark.parametrize("form", ["console", "json"])
def test_logs_of_either_form_are_printable(name: str, form: str) -> None:
    stream = io.StringIO()
    configure_logs(LogSettings.model_validate({"format": form}), stream)
    logger = logging.getLogger("agents.stages")
    logger.warning("the model %s is new", name, extra={"model": name})
    try:
        int(name)
    except ValueError:
        logger.exception("it failed")
    configure_logs(LogSettings(), sys.stderr)
    assert all(line.isprintable() for line in stream.getvalue().split("\n")), stream.getvalue()
