"""The story: when it is as it should be, and when it is not."""

from app.demo.canary.requests import Requests
from app.demo.canary.story import Story, telling
from app.demo.canary.versions import SERVING
from app.demo.scenario import FRAUD
from schemas.events.model_comparison import ComparisonDecision
from tests.app.demo.canary.stories import alone, asked, bad_look, begun, good_look
from tests.schemas.events.comparisons import comparison_of


def _moments(story: Story) -> tuple[float | None, float | None]:
    """Return when it was decided, and when the canary ended."""
    decided, ended = story.decided, story.ended
    return (decided and decided.seconds, ended and ended.seconds)


def test_a_bad_version_that_is_called_so_and_sent_back_is_a_story_that_passed() -> None:
    story = begun()
    story.look(comparison_of(decision="continue", reason="undecided"), 6.0)
    moments = [(*_moments(story), story.passed)]

    story.look(bad_look(), 7.0)
    moments.append((*_moments(story), story.passed))
    story.ask(asked(), 7.1)
    story.route(alone("7"), 7.2)
    moments.append((*_moments(story), story.passed))

    assert moments == [(None, None, False), (7.0, None, False), (7.0, 7.2, True)]
    assert story.is_called_worse


def test_a_good_version_passes_where_it_serves_alone_and_was_never_called_bad() -> None:
    story = begun(is_worse=False)
    story.look(good_look(), 7.0)
    story.route(alone("8"), 7.2)
    passed = [story.passed]

    story.look(bad_look(), 8.0)
    passed.append(story.passed)

    assert passed == [True, False]
    assert story.decided is not None
    assert story.decided.event.decision is ComparisonDecision.ROLLBACK


def test_a_good_version_that_is_sent_back_and_a_bad_one_that_stays_are_faults() -> None:
    good, bad = begun(is_worse=False), begun()
    good.look(good_look(), 7.0)
    good.route(alone("7"), 7.2)
    bad.look(bad_look(), 7.0)
    bad.route(alone("8"), 7.2)

    assert not good.passed
    assert not bad.passed


def test_a_bad_version_whose_rollback_nobody_asks_for_is_a_fault() -> None:
    story = begun()
    story.look(bad_look(), 7.0)
    story.route(alone("7"), 7.2)
    passed = [story.passed]
    story.ask(asked(), 7.3)

    assert [*passed, story.passed] == [False, True]


def test_a_customer_who_goes_back_and_forth_in_a_ramp_is_a_fault_and_after_it_is_none() -> None:
    story, request = begun(), next(iter(Requests(9).take(1)))
    story.answer(request, story.candidate, 6.0)
    story.look(bad_look(), 7.0)
    story.ask(asked(), 7.1)
    story.route(alone("7"), 7.2)
    story.answer(request, SERVING, 8.0)
    assert story.passed

    other = begun()
    other.answer(request, other.candidate, 6.0)
    other.answer(request, SERVING, 6.5)
    other.look(bad_look(), 7.0)
    other.ask(asked(), 7.1)
    other.route(alone("7"), 7.2)
    assert (other.moved_back, other.passed) == (1, False)


def test_what_the_candidate_answered_and_missed_is_counted() -> None:
    story = begun()
    requests = list(Requests(1).take(40))[20:]
    frauds = [each for each in requests if each.transaction.label == FRAUD]

    assert story.answered == {"7": 20, "8": 20}
    assert (story.first, round(story.last or 0.0, 1)) == (5.0, 6.9)
    assert story.touched == len({each.customer for each in requests})
    assert story.frauds == len(frauds) > 0
    assert story.missed == sum(each.judged_by(story.candidate).wrong for each in frauds)
    assert story.missed_before == sum(each.judged_by(SERVING).wrong for each in frauds)


def test_the_telling_metric_is_the_one_with_the_most_evidence_over_what_it_needs() -> None:
    look = bad_look()
    accuracy, recall = look.metrics

    assert telling(look) == max(
        (accuracy, recall), key=lambda each: max(each.better, each.worse) / each.threshold
    )
