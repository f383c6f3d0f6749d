"""One model's rollback requests, and the model events that answer them."""

import pytest

from detectors.requests.answers import AnswerOutcome
from detectors.rollback.cause import CauseOutcome
from detectors.rollback.model_rollbacks import (
    MOST_ASKED,
    MOST_COUNTED,
    MOST_REFUSED,
    ModelRollbacks,
)
from detectors.rollback.options import RollbackOptions
from schemas.events.model_event import ModelEvent, ModelEventType
from schemas.events.times import format_time
from tests.detectors.rollback.causes import START, cause_of, evidence_of

OPTIONS = RollbackOptions(cooldown=100.0, expiry=1000.0)
BACK, REFUSED = ModelEventType.ROLLED_BACK, ModelEventType.ROLLBACK_REFUSED
TAKEN_ON, DEPLOYED = ModelEventType.ROLLBACK_ACKNOWLEDGED, ModelEventType.VERSION_DEPLOYED


def event(
    kind: ModelEventType, second: float | None, version: str = "7", request_id: str | None = None
) -> ModelEvent:
    time = None if second is None else format_time(START + round(second * 1000))
    return ModelEvent(
        type=kind, model="fraud", version=version, timestamp=time, request_id=request_id
    )


def asked(request_id: str = "r") -> ModelRollbacks:
    model = ModelRollbacks()
    model.ask(cause_of(), request_id, OPTIONS, is_served=True)
    return model


def test_one_request_is_open_for_all_versions_of_a_model() -> None:
    model = asked()

    assert model.held(cause_of(10), OPTIONS) is CauseOutcome.OPEN
    assert model.held(cause_of(10, version="9"), OPTIONS) is CauseOutcome.OPEN
    assert model.held(cause_of(1000), OPTIONS) is None


def test_after_an_answer_the_cooldown_keeps_away_requests_about_that_version_alone() -> None:
    model = asked()
    assert model.answer(event(BACK, 5), OPTIONS) is AnswerOutcome.ENDED

    assert model.held(cause_of(99), OPTIONS) is CauseOutcome.COOLDOWN
    assert model.held(cause_of(99, version="9"), OPTIONS) is None
    assert model.held(cause_of(100), OPTIONS) is None


def test_what_was_refused_is_not_asked_again_but_something_else_is() -> None:
    model = asked()
    assert model.answer(event(REFUSED, 5, request_id="r"), OPTIONS) is AnswerOutcome.ENDED

    assert model.held(cause_of(5000), OPTIONS) is CauseOutcome.REFUSED
    assert model.held(cause_of(5000, key="other"), OPTIONS) is None
    assert model.gone == set()


def test_a_version_whose_rollback_was_asked_for_is_gone_until_it_is_deployed_again() -> None:
    model = asked()
    assert model.gone == {"8"}

    assert model.answer(event(DEPLOYED, 5, "8"), OPTIONS) is AnswerOutcome.ENDED

    assert model.gone == set()
    assert model.held(cause_of(6), OPTIONS) is None


@pytest.mark.parametrize(
    ("kind", "second", "request_id", "outcome"),
    [
        (TAKEN_ON, 5, None, AnswerOutcome.EXTENDED),
        (TAKEN_ON, 5, "r", AnswerOutcome.EXTENDED),
        (TAKEN_ON, 5, "other", AnswerOutcome.UNKNOWN_REQUEST),
        (TAKEN_ON, -5, None, AnswerOutcome.NOTHING_OPEN),
        (TAKEN_ON, 1000, None, AnswerOutcome.NOTHING_OPEN),
        (REFUSED, 5, "other", AnswerOutcome.UNKNOWN_REQUEST),
        (REFUSED, -5, None, AnswerOutcome.NOTHING_OPEN),
        (BACK, -5, None, AnswerOutcome.NOTHING_OPEN),
        (BACK, -5, "r", AnswerOutcome.ENDED),
        (BACK, 5, "other", AnswerOutcome.UNKNOWN_REQUEST),
        (BACK, 1e9, None, AnswerOutcome.ENDED),
        (BACK, None, "r", None),
        (DEPLOYED, 5, "a retraining", AnswerOutcome.ENDED),
        (ModelEventType.RETRAIN_COMPLETED, 5, None, None),
    ],
)
def test_answers_count_for_what_they_name_or_what_was_made_up_to_their_time(
    kind: ModelEventType,
    second: float | None,
    request_id: str | None,
    outcome: AnswerOutcome | None,
) -> None:
    assert asked().answer(event(kind, second, request_id=request_id), OPTIONS) is outcome


def test_a_rollback_that_names_another_request_ends_this_one_and_a_refusal_does_not() -> None:
    ended, goes_on = asked(), asked()
    ended.answer(event(BACK, 5, request_id="other"), OPTIONS)
    goes_on.answer(event(REFUSED, 5, request_id="other"), OPTIONS)

    assert ended.open_until == 0
    assert goes_on.is_open(START + 6000, OPTIONS)


def test_an_answer_to_no_request_finds_nothing_open() -> None:
    assert ModelRollbacks().answer(event(BACK, 5), OPTIONS) is AnswerOutcome.NOTHING_OPEN
    assert ModelRollbacks().answer(event(DEPLOYED, 5), OPTIONS) is None


def test_a_version_that_serves_no_longer_ends_its_request_but_only_if_it_was_seen_to_serve() -> (
    None
):
    model = asked()
    assert model.serves_no_longer(START + 5000)
    assert not model.serves_no_longer(START + 6000)

    expired = asked()
    assert not expired.serves_no_longer(START + 1_000_000)
    assert expired.open_until == 0

    unseen = ModelRollbacks()
    unseen.ask(cause_of(), "r", OPTIONS, is_served=False)
    assert not unseen.serves_no_longer(START + 5000)


def test_a_cause_is_counted_when_something_else_becomes_of_it() -> None:
    model = ModelRollbacks()
    outcomes = [CauseOutcome.NO_TARGET, CauseOutcome.NO_TARGET, CauseOutcome.REQUESTED]
    assert [model.counts("key", each) for each in outcomes] == [True, False, True]


def test_what_is_remembered_has_bounds() -> None:
    model = ModelRollbacks()
    for number in range(MOST_COUNTED + 5):
        model.ask(cause_of(number, version=str(number)), "r", OPTIONS, is_served=True)
        model.counts(str(number), CauseOutcome.REQUESTED)

    assert len(model.asked) == MOST_ASKED
    assert len(model.counted) == MOST_COUNTED


def test_a_state_restores_all_of_it() -> None:
    model = asked()
    model.breaches.cross("8", "recall >= 0.8", evidence_of())
    model.counts("key", CauseOutcome.REQUESTED)
    model.answer(event(REFUSED, 5, request_id="r"), OPTIONS)

    restored = ModelRollbacks.of(model.state())

    assert restored.state() == model.state()
    assert restored.held(cause_of(5000), OPTIONS) is CauseOutcome.REFUSED


def test_a_state_of_a_release_before_has_what_was_refused_last() -> None:
    model = asked()
    model.answer(event(REFUSED, 5, request_id="r"), OPTIONS)
    before = {name: part for name, part in model.state().items() if name != "refused"}

    assert ModelRollbacks.of(before).state() == model.state()


def test_the_causes_that_are_remembered_as_refused_have_a_bound() -> None:
    model = ModelRollbacks()
    for number in range(MOST_REFUSED + 5):
        request_id = str(number)
        cause = cause_of(2000 * number, key=request_id)
        model.ask(cause, request_id, OPTIONS, is_served=True)
        model.answer(event(REFUSED, 2000 * number, request_id=request_id), OPTIONS)

    assert len(model.refused["8"]) == MOST_REFUSED
