"""Observation tables as the records that carry them."""

from collections.abc import Iterable, Iterator

from agents.transport.sizes import CARRIED
from schemas.events.invalid import InvalidMessage, Reason
from schemas.formats import FRAMES
from schemas.tables.frames import encode_frame
from schemas.tables.observations import ObservationTable


def framed(
    tables: Iterable[ObservationTable], version: int = FRAMES.writes
) -> Iterator[tuple[list[ObservationTable], bytes | InvalidMessage]]:
    """Yield tables with their frames, halved until each frame fits a record.

    The order of each model version's rows is kept. The rows of one record that do not fit come with
    the reason in place of their frame. How much the names and texts of a table take is known only
    once it is encoded.
    """
    whole = list(tables)
    if not whole:
        return
    frame = encode_frame(whole, version)
    if len(frame) <= CARRIED:
        yield whole, frame
        return
    if len(whole) > 1:
        yield from framed(whole[: len(whole) // 2], version)
        yield from framed(whole[len(whole) // 2 :], version)
        return
    first, second = whole[0].halves()
    if len(second) > 0:
        yield from framed([first], version)
        yield from framed([second], version)
    else:
        detail = f"{len(frame)} bytes as rows of columns, at most {CARRIED} are taken"
        yield whole, InvalidMessage(Reason.TOO_LARGE, detail)
