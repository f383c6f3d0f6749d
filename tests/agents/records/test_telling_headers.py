from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.records.block import RecordBlock
from agents.records.telling_headers import may_say_deleted
from schemas.events.nothing_to_say import NothingToSay
from schemas.payloads.header_marks import refuse_deleted_by
from schemas.payloads.row_marks import SAYS

Headers = tuple[tuple[str, bytes], ...]


@dataclass
class Given:
    headers: Headers
    topic: str = "t"
    partition: int = 0
    offset: int = 0
    timestamp: int = 0
    timestamp_type: int = 0
    key: bytes | None = None
    value: bytes | None = b"{}"


def told(headers: Sequence[Headers]) -> list[bool]:
    block = RecordBlock.from_records("t", 0, [Given(each) for each in headers])
    flags: list[bool] = may_say_deleted(block).tolist()
    return flags


def says_deleted(headers: Headers) -> bool:
    try:
        refuse_deleted_by(headers)
    except NothingToSay:
        return True
    return False


NAMES = st.sampled_from(
    [*SAYS, "ce_type", "ce-type", "eventType", "x.TYPE", "event", "type-", "__TypeId__", ""]
)
WORDS = {word for words in SAYS.values() for word in words}
TEXTS = st.sampled_from(
    [*sorted(WORDS), "label.deleted", "PredictionRemoved", "scores-deletion", "c", "r", "false", ""]
)
VALUES = st.one_of(
    TEXTS,
    TEXTS.map(str.upper),
    TEXTS.map(lambda text: f'"{text}"'),
    st.text(max_size=20),
).map(str.encode)
RECORDS = st.lists(st.lists(st.tuples(NAMES, VALUES), max_size=4).map(tuple), max_size=5)


@given(RECORDS)
def test_no_record_that_is_deleted_by_its_headers_is_read_at_once(headers: list[Headers]) -> None:
    for each, may in zip(headers, told(headers), strict=True):
        assert may or not says_deleted(each)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),),
        (("__op", b"c"), ("__source_ts_ms", b"1772366400000"), ("__table", b"transactions")),
        (("__op", b'"u"'),),
        (("__TypeId__", b"com.acme.Prediction"), ("ce_type", b"com.acme.prediction.made")),
        (("__deleted", b"false"), ("", b"")),
    ],
)
def test_usual_headers_cost_no_closer_look(headers: Headers) -> None:
    assert told([headers, (("__op", b"d"),), headers]) == [False, True, False]
