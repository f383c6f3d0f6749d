"""What the worker publishes, entered into the demo's books."""

from collections.abc import Callable
from time import monotonic

from app.demo.ledger import Ledger
from app.settings import TopicRole
from schemas.events.any_alert import decode_alert
from schemas.events.codec import decode_event, decode_object
from schemas.events.retrain_request import RetrainRequest
from schemas.tables.frames import decode_frame, is_frame


def entries_of(ledger: Ledger) -> dict[TopicRole, Callable[[bytes], None]]:
    """Return who enters the values of records into a ledger, by topic.

    The observations have the order of the rows.
    """

    def observed(value: bytes) -> None:
        if is_frame(value):
            for table in decode_frame(value):
                for batch in table.batches():
                    ledger.observe(batch)

    def alerted(value: bytes) -> None:
        ledger.alert(decode_alert(decode_object(value)), monotonic())

    def requested(value: bytes) -> None:
        ledger.request(decode_event(RetrainRequest, decode_object(value)), monotonic())

    return {
        TopicRole.OBSERVATIONS: observed,
        TopicRole.ALERTS: alerted,
        TopicRole.RETRAIN_REQUESTS: requested,
    }
