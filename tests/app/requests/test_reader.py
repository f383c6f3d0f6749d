"""What is open of all requests, by the records of the topics and by how far models have come."""

import orjson
import pytest

from app.requests.reader import OpenOfAll, open_of_all
from app.versions.reader import KnownVersions
from schemas.documents import examples
from schemas.events.codec import decode_event
from schemas.events.times import format_time, parse_time
from schemas.events.version_record import VersionRecord
from tests.app.requests.test_open_requests import event, record

RETRAIN, ROLLBACK = examples.RETRAIN_REQUEST, examples.ROLLBACK_REQUEST
DAY = 86_400_000


def opened(newest: int | None) -> OpenOfAll:
    answers = [event("retrain_started", RETRAIN["requested_at"])]
    requests = [record(orjson.dumps(each)) for each in (RETRAIN, {**RETRAIN, "version": "4"})]
    rollback = [record(orjson.dumps(ROLLBACK))]
    return open_of_all(requests, rollback, answers, lambda _: None, lambda _: newest)


@pytest.mark.parametrize(
    ("newest", "expected"),
    [
        (None, (2, 1, 0)),
        (parse_time(ROLLBACK["expires_at"]) - 1, (0, 1, 2)),
        (parse_time(ROLLBACK["expires_at"]), (0, 0, 3)),
        (parse_time(RETRAIN["expires_at"]) - 1, (2, 1, 0)),
        (parse_time(RETRAIN["expires_at"]), (0, 1, 2)),
    ],
)
def test_what_has_expired_by_the_time_of_its_model_is_open_no_more_but_counted(
    newest: int | None, expected: tuple[int, int, int]
) -> None:
    found = opened(newest)
    assert (len(found.retrainings), len(found.rollbacks), found.expired) == expected


def test_how_far_a_model_has_come_is_what_the_latest_of_its_versions_says() -> None:
    first = decode_event(VersionRecord, examples.VERSION_RECORD)
    assert first.last_event is not None
    later = format_time(parse_time(first.event_time) + DAY)
    second = first.model_copy(update={"version": "next", "last_event": later})
    newest = KnownVersions([first, second]).newest_of
    assert newest(first.model) == parse_time(later)
    assert newest("other") is None
