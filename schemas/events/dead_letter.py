"""A dead letter: a record that could not be taken, kept for a person to look at."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Final

import orjson
from pydantic import Field

from schemas.events.cloudevents import BYTES, CloudEventType, cloudevent_headers
from schemas.events.event import Event
from schemas.events.identity import stable_id
from schemas.events.times import format_time

REPLAY_HEADER: Final = "driftline-dead-letter"
"""Header of a record that was sent again from its dead letter: the letter's id."""

Headers = list[tuple[str, bytes | None]]


class DeadLetter(Event):
    """The attributes of a dead letter; the record's value and key are the original bytes.

    They travel as CloudEvents extension headers (``ce_reason`` and so on), so that the original
    record can be sent again as it was.
    """

    reason: str = Field(description="Machine-readable, see the closed set of reasons.")
    detail: str = Field(description="What was found and what was expected.")
    sourcetopic: str
    sourcepartition: int
    sourceoffset: int
    sourcelastoffset: int | None = Field(
        default=None,
        description="Where a whole batch was refused unread: the offset of its last record, while "
        "`sourceoffset` is that of its first. Left out of other letters.",
    )
    sourcetimestamp: int = Field(
        description="The original record's own time, milliseconds since the epoch; -1 for none."
    )
    sourceheaders: str = Field(
        description="The original record's headers: a JSON list of pairs, name and base64 of the "
        "value, which may be null."
    )
    originalsize: int = Field(description="Bytes of the original value; -1 for a null value.")
    truncated: bool = Field(
        description="Whether value, key or headers were cut to fit; the whole record is at the "
        "source position."
    )
    replayof: str = Field(
        default="",
        description="Where the refused record was a replayed one: the id of the dead letter that "
        "it came from. Left out of other letters.",
    )

    def headers(self) -> dict[str, bytes]:
        """Return the headers of its record: the attributes of a CloudEvent, and its fields."""
        fields = self.model_dump(exclude_defaults=True)
        return cloudevent_headers(
            CloudEventType.DEAD_LETTER,
            event_id=stable_id(self.sourcetopic, self.sourcepartition, self.sourceoffset),
            source=f"/driftline/{self.sourcetopic}/{self.sourcepartition}",
            time=format_time(self.sourcetimestamp),
            subject=self.reason,
            content_type=BYTES,
            extensions={name: _text(field) for name, field in fields.items()},
        )


class ReplayedLetter(Event):
    """Says that a dead letter was sent again to its source topic, and where it stands there now.

    It is in the same partition as the letter, and its key is the letter's id.
    """

    letter_id: str = Field(description="The `ce_id` of the dead letter.")
    topic: str
    partition: int
    offset: int

    def headers(self, *, letter_time: int) -> dict[str, bytes]:
        """Return the headers of its record.

        Parameters
        ----------
        letter_time
            The dead letter's own time, milliseconds since the epoch.
        """
        return cloudevent_headers(
            CloudEventType.DEAD_LETTER_REPLAYED,
            event_id=stable_id(self.letter_id, self.topic, self.partition, self.offset),
            source=f"/driftline/{self.topic}/{self.partition}",
            time=format_time(letter_time),
            subject=self.letter_id,
        )


def headers_text(headers: Iterable[tuple[str, bytes | None]]) -> str:
    """Return a record's headers as one text: JSON, values in base64.

    Examples
    --------
    >>> headers_text([("trace", b"1"), ("none", None)])
    '[["trace","MQ=="],["none",null]]'
    """
    pairs = [
        (name, None if value is None else b64encode(value).decode()) for name, value in headers
    ]
    return orjson.dumps(pairs).decode()


def headers_of(text: str) -> Headers:
    """Return the headers that `headers_text` wrote.

    Raises
    ------
    ValueError
        If the text is none of them.
    """
    try:
        pairs = orjson.loads(text)
        return [
            (str(name), None if value is None else b64decode(value, validate=True))
            for name, value in pairs
        ]
    except (TypeError, ValueError, binascii.Error):
        raise ValueError("not headers as a dead letter has them") from None


def _text(field: object) -> str:
    return str(field).lower() if isinstance(field, bool) else str(field)
