"""What a run of the second act came to, in words, a table and JSON."""

import json

import pytest

from app.demo.canary.report import CanaryReport
from app.demo.canary.story import Story
from schemas.documents import examples
from schemas.events.rollback_request import RollbackRequest
from tests.app.demo.canary.stories import alone, bad_look, begun, good_look
from tests.schemas.events.routes import canary_of, route_of


def _caught() -> Story:
    story = begun()
    story.look(bad_look(), 7.0)
    request = {**examples.ROLLBACK_REQUEST, "version": "8", "target": "7"}
    story.ask(RollbackRequest.model_validate(request), 7.1)
    story.route(alone("7"), 7.2)
    return story


def test_a_bad_version_that_was_caught_is_said_with_its_time() -> None:
    report = CanaryReport(_caught(), 12.0, complete=True)

    assert report.passed
    assert report.sentence().startswith("The bad version was caught 2.0 s after its first request")
    assert [what for what, _, _ in report.rows()] == [
        "8 answers its first request",
        "8 is found worse",
        "rollback request: 7 instead of 8",
        "route: 7 alone",
        "8 answers its last request",
        "frauds that 8 met",
    ]


def test_the_document_is_json_and_has_the_same_figures() -> None:
    document = json.loads(json.dumps(CanaryReport(_caught(), 12.0, complete=True).document()))

    assert document["passed"]
    assert (document["decision"], document["decided_seconds"]) == ("rollback", 7.0)
    assert document["rollback_requested_seconds"] == 7.1
    assert document["answered"] == {"7": 20, "8": 20}


def _good() -> Story:
    story = begun(is_worse=False)
    story.look(good_look(), 7.0)
    story.route(alone("8"), 15.4)
    return story


def _unfinished() -> Story:
    story = begun(is_worse=False)
    story.look(good_look(), 7.0)
    story.route(route_of(canary_of(1.0, 2)), 8.0)
    return story


def _undone() -> Story:
    story = begun()
    story.look(bad_look(), 7.0)
    return story


@pytest.mark.parametrize(
    ("story", "sentence"),
    [
        (
            _good(),
            (
                "The good version was called better 2.0 s after its first request, and serves "
                "alone since 10.4 s after it."
            ),
        ),
        (begun(), "Not as it should be: of 8 nothing was found"),
        (
            _undone(),
            "Not as it should be: 8 was called worse; 5% of the requests are its own by the route.",
        ),
        (
            _unfinished(),
            (
                "Not as it should be: 8 was called better; 100% of the requests are its own by "
                "the route."
            ),
        ),
    ],
)
def test_other_ends_are_said_as_well(story: Story, sentence: str) -> None:
    report = CanaryReport(story, 12.0, complete=True)

    assert report.sentence().startswith(sentence)
    assert report.passed is sentence.startswith("The")
    assert json.dumps(report.document())


def test_an_interrupted_run_has_no_verdict() -> None:
    report = CanaryReport(_caught(), 12.0, complete=False)

    assert not report.passed
    assert report.sentence() == "Interrupted before the end of the story: no verdict."
