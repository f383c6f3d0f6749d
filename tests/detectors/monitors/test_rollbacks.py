"""Rollback requests of models, with a registry and a router, by causes that are given."""

from typing import Any

import numpy as np
import pytest

from detectors.monitors.rollbacks import MOST_MODELS, Rollbacks
from detectors.requests.answers import AnswerOutcome
from detectors.rollback.cause import Cause, CauseOutcome
from detectors.rollback.options import RollbackOptions, RollbackSource
from detectors.routing.options import RoutingOptions
from detectors.routing.router import Router
from detectors.versions.registry import VersionRegistry
from schemas.documents import examples
from schemas.events.model_event import ModelEventType
from schemas.events.performance_alert import PerformanceAlert
from schemas.events.rollback_request import RollbackCause, RollbackRequest
from schemas.events.times import parse_time
from tests.detectors.rollback.causes import at, cause_of, evidence_of
from tests.detectors.versions.events import event
from tests.schemas.events.routes import canary_of, document_of, notice_of, route_of

OPTIONS = RollbackOptions(cooldown=600.0, expiry=86_400.0, threshold_within=3600.0)
THRESHOLD = "recall[fraud] >= 0.8"


class Model:
    """The model ``fraud``: its events, routes and findings one after the other."""

    def __init__(self, options: RollbackOptions | None = OPTIONS, *, routes: bool = False) -> None:
        self.registry = VersionRegistry()
        self.router = Router(lambda _: RoutingOptions() if routes else None)
        self.rollbacks = Rollbacks(lambda _: options, self.registry, self.router)
        self._routes = 0

    def happens(
        self,
        kind: str,
        version: str | None,
        time: str,
        *,
        serves: bool = True,
        restarts: bool = False,
        **more: Any,
    ) -> None:
        happened = event(kind, version, time, **more)
        if version is not None and serves:
            noon = np.array([parse_time("2026-03-01T12:00:00Z")])
            self.registry.count(("fraud", version), noon)
        self.registry.notice(happened, is_new=True)
        restarts = restarts or kind in {"version_deployed", "rolled_back"}
        self.rollbacks.notice(happened, is_new=True, restarts=restarts)

    def is_routed(self, document: dict[str, Any]) -> None:
        self.router.notice(notice_of(route_of(document, route_id=str(self._routes)), self._routes))
        self._routes += 1
        self.rollbacks.rerouted("fraud")

    def found(self, second: float = 0, **changed: Any) -> RollbackRequest | None:
        cause = cause_of(second, **changed)
        target = self.rollbacks.weigh(cause, RollbackSource.COMPARISON)
        return None if target is None else self.rollbacks.ask(cause, target, [evidence_of()])

    def crosses(
        self, second: float = 0, version: str = "8", *, again: bool = False, **changed: Any
    ) -> RollbackRequest | None:
        document = {
            **examples.PERFORMANCE_ALERT,
            "version": version,
            "alert_id": f"crossed at {second}",
            "threshold": THRESHOLD,
            "status": "resolved" if again else "opened",
            "detected_at": at(second).model_dump(),
        }
        return self.rollbacks.alerted(PerformanceAlert.model_validate({**document, **changed}))

    def labelled(self, second: float, version: str = "8") -> RollbackRequest | None:
        """Have a labelled row of a version come at which no threshold is crossed or kept."""
        return self.rollbacks.standing(("fraud", version), at(second))

    def causes(self) -> list[CauseOutcome]:
        return [outcome for _, outcome in self.rollbacks.news().causes]

    def answers(self) -> list[tuple[ModelEventType | None, AnswerOutcome]]:
        return [(kind, outcome) for _, kind, outcome in self.rollbacks.news().answers]


def deployed(*versions: str, **options: Any) -> Model:
    model = Model(**options)
    for number, version in enumerate(versions):
        model.happens("version_deployed", version, f"11:{10 + number}")
    return model


def test_a_cause_asks_once_to_go_back_to_the_last_good_version() -> None:
    model = deployed("6", "7", "8")

    request = model.found(against=None)

    assert request is not None
    assert (request.version, request.target, request.decided_at) == ("8", "7", at(0))
    assert model.found(1) is None
    assert model.found(2, key="other") is None
    assert model.causes() == [CauseOutcome.REQUESTED, CauseOutcome.OPEN, CauseOutcome.OPEN]


def test_a_version_that_events_alone_name_is_no_target() -> None:
    model = deployed("7")
    model.happens("version_deployed", "8x", "11:20", serves=False)
    model.happens("version_deployed", "8", "11:30")

    request = model.found(against=None)

    assert request is not None
    assert request.target == "7"


def test_without_a_good_version_nothing_is_asked_and_that_is_counted_once() -> None:
    model = deployed("8")

    assert [model.found(second) for second in range(3)] == [None] * 3
    assert model.causes() == [CauseOutcome.NO_TARGET]


def test_where_it_is_not_configured_nothing_is_asked_nor_counted() -> None:
    silent = deployed("7", "8", options=None)
    thresholds = RollbackOptions(sources=frozenset({RollbackSource.THRESHOLD}))
    other = deployed("7", "8", options=thresholds)

    assert silent.found() is silent.crosses() is other.found() is None
    assert silent.rollbacks.state() == other.rollbacks.state() == []
    silent.happens("rolled_back", "7", "12:30")
    assert silent.causes() == other.causes() == []
    assert silent.answers() == []


def test_a_threshold_that_the_serving_version_crosses_asks() -> None:
    request = deployed("7", "8").crosses()

    assert request is not None
    assert (request.version, request.target) == ("8", "7")
    assert (request.cause, request.evidence[0].found_in) == (
        RollbackCause.THRESHOLD,
        "crossed at 0",
    )


def test_a_threshold_of_a_version_that_serves_nobody_asks_nothing() -> None:
    model = deployed("7", "8")

    assert model.crosses(version="7") is model.crosses(version="9") is None
    assert model.causes() == []


def test_a_threshold_of_a_version_that_has_served_for_long_is_a_change_of_the_world() -> None:
    model = deployed("7", "8")

    assert model.crosses(3600 - 49 * 60 + 1) is None
    assert model.causes() == [CauseOutcome.LONG_SERVED]
    assert model.crosses(3600 - 49 * 60) is not None


def test_a_threshold_crossed_while_a_request_is_open_asks_once_that_one_has_ended() -> None:
    model = deployed("6", "7")
    model.happens("version_challenger", "8", "11:30")
    model.is_routed(document_of("ab", v7=0.5, v8=0.5))
    assert model.found() is not None  # 8 is worse than 7
    assert model.crosses(10, "7") is None
    assert model.labelled(20, "7") is None
    model.happens("rollback_refused", None, "12:01")

    request = model.labelled(90, "7")

    assert request is not None
    assert (request.version, request.target, request.cause) == ("7", "6", RollbackCause.THRESHOLD)
    assert (request.decided_at, request.evidence[0].at) == (at(90), at(10))
    assert model.labelled(91, "7") is None
    assert model.causes() == [
        CauseOutcome.REQUESTED,
        CauseOutcome.OPEN,
        CauseOutcome.REQUESTED,
        CauseOutcome.OPEN,
    ]


def test_a_threshold_crossed_by_a_version_that_served_nobody_asks_once_a_route_has_it_serve() -> (
    None
):
    model, kept = (Model() for _ in range(2))
    for each in (model, kept):
        each.happens("version_deployed", "7", "11:10")
        assert each.crosses() is each.labelled(1) is None
    kept.crosses(2, again=True)
    for each in (model, kept):
        each.is_routed(canary_of())

    request = model.labelled(3)
    assert request is not None
    assert (request.version, request.target) == ("8", "7")
    assert kept.labelled(3) is None


def test_a_standing_threshold_asks_again_as_a_comparison_does_unless_it_was_refused() -> None:
    model, refused = deployed("7", "8"), deployed("7", "8")
    for each in (model, refused):
        assert each.crosses() is not None
    refused.happens("rollback_refused", None, "12:01")

    assert model.labelled(86_399) is None
    assert model.labelled(86_400) is not None
    assert refused.labelled(86_400) is None


def test_what_was_refused_is_not_asked_again_though_something_else_was_refused_since() -> None:
    model = deployed("7", "8")
    assert model.found() is not None
    model.happens("rollback_refused", None, "12:01")
    assert model.found(700, key="other") is not None
    model.happens("rollback_refused", None, "12:20")
    restored = deployed("7", "8")
    restored.rollbacks.restore(model.rollbacks.state())

    for each in (model, restored):
        assert each.found(5000) is each.found(5000, key="other") is None


def test_a_version_is_believed_in_that_was_deployed_after_it_crossed_a_threshold() -> None:
    model = Model()
    model.happens("version_deployed", "7", "11:10")
    model.crosses()
    model.happens("version_deployed", "8", "12:01")

    assert model.labelled(120) is None
    assert not model.rollbacks.has_breaches


def test_a_threshold_of_a_version_that_is_watched_no_longer_asks_nothing() -> None:
    model = Model()
    model.happens("version_deployed", "7", "11:10")
    model.crosses()
    model.rollbacks.unwatched(("fraud", "8"))
    model.is_routed(canary_of())

    assert model.labelled(3) is None


@pytest.mark.parametrize("threshold", ["recall >= 0.8", "recall >= reference - 0.05"])
def test_new_references_end_what_was_crossed_relative_to_one_and_nothing_else(
    threshold: str,
) -> None:
    model = deployed("7", "8")
    model.found()
    model.happens("rollback_refused", None, "12:01")
    model.crosses(120, threshold=threshold)
    model.happens("version_challenger", "9", "12:03", restarts=True)

    request = model.found(700, key="other")
    assert request is not None
    is_kept = RollbackCause.THRESHOLD in [each.cause for each in request.evidence]
    assert is_kept is ("reference" not in threshold)


def test_a_crossed_threshold_is_evidence_beside_the_next_cause_until_it_is_kept_again() -> None:
    beside, kept, new = (deployed("7", "8") for _ in range(3))
    for model in (beside, kept, new):
        model.found()
        model.happens("rollback_refused", None, "12:01")
        assert model.crosses(120) is None  # within the cooldown
    kept.crosses(180, again=True)
    new.happens("version_deployed", "8", "12:05")

    counts = []
    for model in (beside, kept, new):
        request = model.found(700, key="other")
        assert request is not None
        counts.append([each.cause for each in request.evidence])

    both = [RollbackCause.WORSE, RollbackCause.THRESHOLD]
    assert counts == [both, both[:1], both[:1]]


def test_two_causes_at_one_row_are_one_request() -> None:
    model = deployed("7", "8")

    found = [model.crosses(5), model.found(5)]

    assert [each is not None for each in found] == [True, False]
    assert model.causes() == [CauseOutcome.REQUESTED, CauseOutcome.OPEN]


def test_a_candidate_of_a_ramp_goes_back_to_its_baseline_and_the_route_ends_the_request() -> None:
    model = Model()
    model.is_routed(canary_of())

    request = model.found()
    assert request is not None
    assert (request.version, request.target) == ("8", "7")

    model.is_routed(canary_of(0.01, 0))
    assert model.answers() == []
    model.is_routed(document_of(v7=1.0))
    assert model.answers() == [(None, AnswerOutcome.ENDED)]


def test_what_people_do_about_it_ends_it_and_is_counted() -> None:
    model = deployed("7", "8")
    request = model.found()
    assert request is not None

    model.happens("rollback_acknowledged", None, "12:05", request_id=request.request_id)
    model.happens("rolled_back", "7", "12:30", request_id=request.request_id)
    model.happens("rolled_back", "7", "12:31")

    assert model.answers() == [
        (ModelEventType.ROLLBACK_ACKNOWLEDGED, AnswerOutcome.EXTENDED),
        (ModelEventType.ROLLED_BACK, AnswerOutcome.ENDED),
        (ModelEventType.ROLLED_BACK, AnswerOutcome.NOTHING_OPEN),
    ]


@pytest.mark.parametrize("kind", ["version_rolled_back", "version_retired"])
def test_a_candidate_that_only_its_rows_say_serves_is_gone_once_an_event_says_so(kind: str) -> None:
    model = deployed("7")
    assert model.found() is not None

    model.happens(kind, "9", "12:05")
    model.happens(kind, "8", "11:55")
    assert model.rollbacks.open_of("fraud") is not None
    model.happens(kind, "8", "12:05")
    assert model.rollbacks.open_of("fraud") is None
    assert model.answers() == [(ModelEventType(kind), AnswerOutcome.ENDED)]


def test_of_a_champion_or_one_that_a_route_has_serve_it_says_nothing_that_it_is_rolled_back() -> (
    None
):
    champion, routed = deployed("7", "8"), Model()
    routed.is_routed(canary_of())
    for model in (champion, routed):
        assert model.found() is not None
        model.happens("version_rolled_back", "8", "12:05")
        assert model.rollbacks.open_of("fraud") is not None


@pytest.mark.parametrize("kind", ["rollback_acknowledged", "rollback_refused", "rolled_back"])
def test_an_answer_for_a_model_without_a_request_finds_nothing_open(kind: str) -> None:
    model = deployed("7", "8")
    model.happens(kind, "7", "12:30")

    assert model.answers() == [(ModelEventType(kind), AnswerOutcome.NOTHING_OPEN)]
    assert model.rollbacks.state() == []


def test_a_rollback_dated_before_the_request_ends_it_for_the_version_serves_no_longer() -> None:
    model = deployed("7", "8")
    model.found()
    model.happens("rolled_back", "7", "11:59")

    assert model.answers() == [(ModelEventType.ROLLED_BACK, AnswerOutcome.ENDED)]


def test_the_open_request_is_known_until_it_is_answered_and_a_restart_keeps_it() -> None:
    model, other = deployed("7", "8"), deployed("7", "8")
    assert model.rollbacks.open_of("fraud") is None
    request = model.found()
    other.rollbacks.restore(model.rollbacks.state())
    assert model.rollbacks.open_of("fraud") == other.rollbacks.open_of("fraud") == request
    assert request is not None
    expires = parse_time(request.expires_at)
    assert model.rollbacks.open_of("fraud", expires - 1) == request
    assert model.rollbacks.open_of("fraud", expires) is None
    model.happens("rollback_acknowledged", "7", "12:05")
    assert model.rollbacks.open_of("fraud", expires) == request
    model.happens("rolled_back", "7", "12:30")
    assert model.rollbacks.open_of("fraud") is None


def test_a_version_that_is_retired_serves_no_longer() -> None:
    model = deployed("7", "8")
    model.found()
    model.happens("version_retired", "8", "12:30")

    assert model.answers() == [(ModelEventType.VERSION_RETIRED, AnswerOutcome.ENDED)]


def test_a_version_that_comes_back_after_its_rollback_is_asked_about_again() -> None:
    model = deployed("7", "8")
    first = model.found()
    model.happens("rolled_back", "7", "12:01")
    model.is_routed(document_of("ab", v7=0.5, v8=0.5))
    assert model.found(120) is None  # within the cooldown
    assert model.found(900, version="7", against="8", key="7") is None  # 8 was rolled back
    again = model.found(1000)

    assert first is not None
    assert again is not None
    assert (again.version, again.target) == ("8", "7")
    assert again.request_id != first.request_id
    assert model.causes()[1:] == [
        CauseOutcome.COOLDOWN,
        CauseOutcome.NO_TARGET,
        CauseOutcome.REQUESTED,
    ]


def test_a_request_that_nobody_answers_is_made_again_when_it_has_expired() -> None:
    model = deployed("7", "8")
    model.found()

    assert model.found(86_399) is None
    assert model.found(86_400) is not None


def test_a_restored_state_goes_on_as_if_it_had_never_stopped() -> None:
    model, other = deployed("7", "8"), deployed("7", "8")
    model.crosses()
    model.happens("rollback_acknowledged", None, "12:05")
    other.rollbacks.restore(model.rollbacks.state())

    assert other.rollbacks.state() == model.rollbacks.state()
    assert dict(other.rollbacks.stamps()).keys() == {"fraud"} == {*other.rollbacks.outline()}
    for each in (model, other):
        assert each.found(86_400 + 200) is None
    found = [each.found(86_400 + 300) for each in (model, other)]
    assert found[0] == found[1] is not None


def test_models_that_are_remembered_have_a_bound() -> None:
    model = deployed("8")
    for number in range(MOST_MODELS + 5):
        cause = Cause(RollbackCause.WORSE, "key", str(number), "8", None, at(0))
        model.rollbacks.weigh(cause, RollbackSource.COMPARISON)

    assert len(model.rollbacks.outline()) == MOST_MODELS


def test_a_standing_threshold_asks_at_no_row_that_is_dated_before_the_latest_request() -> None:
    model = deployed("7", "8")
    assert model.crosses() is not None

    days = (-2, 0.1, -3, 0.2, -4, 0.3) * 5
    rows = [at(day * 86_400, number) for number, day in enumerate(days)]

    assert [model.rollbacks.standing(("fraud", "8"), row) for row in rows] == [None] * 30
    assert model.labelled(86_400) is not None
    found = model.crosses(threshold="f1[fraud] >= 0.8", detected_at=rows[0].model_dump())
    assert found is not None, "it was crossed by another clock"


def test_a_comparison_asks_again_at_no_row_that_is_dated_before_the_latest_request() -> None:
    model = deployed("7", "8")
    assert model.found() is not None

    again = cause_of(at=at(-2 * 86_400, 1))
    weigh = model.rollbacks.weigh
    assert weigh(again, RollbackSource.COMPARISON, is_again=True) is None
    assert weigh(again, RollbackSource.COMPARISON) == "7"
