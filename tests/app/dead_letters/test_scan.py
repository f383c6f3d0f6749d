import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

from agents.records.record import Record
from app.dead_letters.scan import Scan, scan, without_content
from app.dead_letters.selection import Selection
from app.kafka.whole_topic import WholeTopic
from schemas.events.dead_letter import ReplayedLetter
from tests.agents.fakes import Sent
from tests.app.dead_letters.letters import as_record, sent_letter


class FakeReader:
    """Yields what the test has laid out."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self.since: int | None = None

    async def records(self, *, since: int | None = None) -> AsyncIterator[Record]:
        self.since = since
        for record in self._records:
            yield record


def mark(letter_id: str) -> Sent:
    told = ReplayedLetter(letter_id=letter_id, topic="predictions", partition=0, offset=1)
    return Sent("dead", letter_id.encode(), b"{}", told.headers(letter_time=0))


def scanned(sent: Sequence[Sent], selection: Selection | None = None, **options: Any) -> Scan:
    records = [as_record(each, offset=offset) for offset, each in enumerate(sent)]
    reader = cast("WholeTopic", FakeReader(records))
    return asyncio.run(scan(reader, selection or Selection(), **options))


def test_a_mark_behind_the_limit_is_seen() -> None:
    letters = [sent_letter(b"x", offset=offset) for offset in range(3)]
    first = letters[0].headers["ce_id"].decode()
    found = scanned([*letters, mark(first)], limit=1, newest=False)
    assert list(found.letters) == [first]
    assert (found.matching, found.replayed) == (3, {first})
    assert found.document(found.letters[first])["replayed"] is True


def test_copies_count_as_one_and_strangers_apart() -> None:
    letter = sent_letter(b"x")
    found = scanned([letter, Sent("dead", None, None, {}), letter])
    assert (found.matching, found.copies, found.strange) == (1, 1, 1)
    assert dict(found.by_reason) == {("predictions", "missing_field"): 1}


def test_only_what_is_selected_is_kept_and_counted() -> None:
    letters = [sent_letter(b"x", partition=partition) for partition in range(4)]
    found = scanned(letters, Selection(partition=2))
    assert (len(found.letters), found.matching) == (1, 1)


def test_the_content_need_not_be_kept() -> None:
    (kept,) = scanned([sent_letter(b"x" * 1000)], keep=without_content).letters.values()
    assert (kept.value, kept.key, kept.headers, kept.size) == (None, None, [], 1000)
