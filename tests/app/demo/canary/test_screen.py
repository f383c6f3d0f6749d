"""What the second act shows, on terminals of any width and in files."""

import io

import pytest
from rich.console import Console

from app.demo.canary.screen import CanaryScreen, line_of
from tests.app.demo.canary.stories import bad_look
from tests.schemas.events.comparisons import comparison_of


def _shown(width: int, *, is_terminal: bool) -> str:
    file = io.StringIO()
    screen = CanaryScreen(Console(file=file, width=width, force_terminal=is_terminal))
    screen.say("ready")
    screen.look(comparison_of(version="8", baseline="7", decision="continue"), 6.0)
    screen.look(bad_look(), 7.0)
    screen.look(bad_look(), 8.0)
    screen.table([("8 is found worse", "7.0 s", "recall[fraud] -0.105, of a hundred requests")])
    return file.getvalue()


def test_a_look_says_the_evidence_what_it_needs_and_both_values() -> None:
    line = line_of(bad_look())

    assert line.startswith("8 is worse? [################] ")
    assert "recall[1]" in line
    assert "0.85 with 3, 0.74 with 4" in line


def test_a_look_without_a_difference_says_that_it_is_too_early() -> None:
    early = {**bad_look().model_dump(mode="json")["metrics"][0], "difference": None}

    line = line_of(comparison_of(version="8", baseline="7", metrics=[early]))

    assert line == "8 against 7: too few labels yet to say anything"


def test_the_same_look_again_is_not_shown_again() -> None:
    assert _shown(80, is_terminal=False).count("8 is worse?") == 2


@pytest.mark.parametrize("width", [40, 60, 200])
def test_a_terminal_has_lines_that_fit(width: int) -> None:
    plain = Console(file=io.StringIO(), width=width)
    for line in _shown(width, is_terminal=True).splitlines():
        assert plain.render_str(line).cell_len >= 0
        assert len(_without_codes(line)) <= width


def test_a_file_has_one_line_an_event_and_no_codes() -> None:
    shown = _shown(40, is_terminal=False)

    assert "\x1b" not in shown
    assert sum("8 is worse?" in line and "labels)" in line for line in shown.splitlines()) == 2


def _without_codes(line: str) -> str:
    parts = line.split("\x1b[")
    return parts[0] + "".join(part.partition("m")[2] for part in parts[1:])
