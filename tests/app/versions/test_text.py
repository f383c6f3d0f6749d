from app.versions.document import model_document
from app.versions.performances import KnownPerformances
from app.versions.text import lines_of_model
from detectors.versions.traffic import DAY
from schemas.events.times import format_time
from schemas.events.version_record import VersionRecord
from tests.app.cli.test_models import told
from tests.detectors.versions.events import at, day


def records() -> list[VersionRecord]:
    return [each for each in told() if each.model == "fraud"]


def test_a_time_of_which_nothing_is_known_yet_is_told_to_be_one() -> None:
    latest = day("13:00")
    future, past = at(latest) + 1, at(latest)
    said = "nothing is known of that time"
    assert f"  {said}: what follows is as of {latest}, the latest told" in [
        *lines_of_model(records(), future)
    ]
    for known in (past, None):
        assert said not in "\n".join(lines_of_model(records(), known))
    document = model_document(records(), future)
    assert (document["at"], document["known_to"]) == (format_time(future), latest)


def test_before_the_first_event_no_version_was_known() -> None:
    before = at(day("10:00")) - 30 * DAY
    assert "    no version was known by then" in [*lines_of_model(records(), before)]
    document = model_document(records(), before)
    assert (document["champion"], document["at_that_time"]) == (None, [])


def test_of_a_version_without_a_window_it_is_said_when_the_first_is_told() -> None:
    known, when = KnownPerformances(), "first label after its end"
    assert when in "\n".join(lines_of_model(records(), None, (), known))
    then = "\n".join(lines_of_model(records(), at(day("12:00")), (), known))
    assert "how good it was at that time is in no window" in then
    assert when not in then
