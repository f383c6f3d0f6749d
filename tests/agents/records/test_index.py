import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.records.index import Body, Index, index, walk, warm_up
from tests.agents.records.record_bytes import Entry, batch_bytes

RECORDS = batch_bytes(
    [Entry(key=b"k", headers=(("h", b"v"), ("n", None))), Entry(value=None), Entry(b"x" * 300)]
)[61:]

SCRIPT = """
import numpy as np
from agents.records import index as module
from agents.records.index import Body, index, walk, warm_up

kernels = [module._walk, module._index]
warm_up()
compiled = [each.signatures for each in kernels]
assert [len(each) for each in compiled] == [1, 1], compiled
raw = np.frombuffer(bytes(200), dtype=np.uint8)
walk(raw)
walk(raw[3:])
index(raw, [Body(0, 200, 9, 0, 9, 0, 0, 0)] * 2, 0)
index(raw, [], np.int64(5).item())
assert [each.signatures for each in kernels] == compiled
"""


def body(start: int, end: int, *, records: int = 3) -> Body:
    return Body(
        start=start,
        end=end,
        records=records,
        base_offset=0,
        next_offset=records,
        timestamp_type=0,
        first_timestamp=0,
        max_timestamp=0,
    )


def indexed(data: bytes, bodies: list[Body]) -> Index:
    return index(np.frombuffer(data, dtype=np.uint8), bodies, 0)


def test_warm_up_leaves_nothing_to_compile() -> None:
    # In a process of its own: here the passes are long compiled.
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", SCRIPT], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_warm_up_can_be_called_again() -> None:
    warm_up()
    warm_up()


@given(st.integers(0, len(RECORDS)), st.integers(0, 5), st.data())
def test_what_lies_beyond_a_body_is_not_looked_at(
    size: int, records: int, data: st.DataObject
) -> None:
    part = bytearray(RECORDS[:size])
    for at in data.draw(st.lists(st.integers(0, max(size - 1, 0)), max_size=2)) if size else []:
        part[at] = data.draw(st.integers(0, 255))
    inside = [body(0, size, records=records)]
    found = [
        indexed(bytes(part) + after, inside)
        for after in (b"", RECORDS[size:], b"\x00" * 400, b"\xff" * 400, b"\x02" * 400)
    ]
    for each in found[1:]:
        assert found[0].columns.tolist() == each.columns.tolist()
        assert found[0][1:] == each[1:]


@given(st.binary(max_size=60), st.integers(-1, 2**31 - 1))
def test_every_place_that_is_found_lies_within_its_body(data: bytes, records: int) -> None:
    start = len(data) // 3
    columns, _, broken = indexed(data, [body(start, len(data), records=records)])
    assert broken in {-1, 0}
    places = columns[3:]
    assert ((places == -1) | ((places >= start) & (places <= len(data)))).all()


def test_a_count_that_is_not_to_be_believed_takes_no_memory() -> None:
    found = indexed(RECORDS, [body(0, len(RECORDS), records=2**31 - 1)])
    assert found.broken == 0
    assert found.columns.base is not None
    assert found.columns.base.shape[1] <= len(RECORDS)


def test_bodies_before_a_broken_one_are_kept() -> None:
    whole, cut = body(0, len(RECORDS)), body(0, len(RECORDS) - 1)
    found = indexed(RECORDS, [whole, cut._replace(base_offset=3, next_offset=6), whole])
    assert found.columns[0].tolist() == [0, 1, 2]
    assert (found.position, found.broken) == (3, 1)


@given(st.binary(max_size=120))
def test_the_walk_ends_within_the_bytes(raw: bytes) -> None:
    starts, _, _ = walk(np.frombuffer(raw, dtype=np.uint8))
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert starts[-1] <= len(raw)


def test_the_walk_leaves_a_batch_that_is_cut_off() -> None:
    batch = batch_bytes([Entry()])
    for end in range(len(batch)):
        raw = np.frombuffer(batch + batch[:end], dtype=np.uint8)
        assert walk(raw) == ([0, len(batch)], False, False)


def test_a_length_too_short_for_any_format_is_broken() -> None:
    raw = np.frombuffer(bytes(11) + b"\x05" + bytes(60), dtype=np.uint8)
    assert walk(raw) == ([0], True, False)
