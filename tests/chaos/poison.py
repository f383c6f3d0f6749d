"""What a worker must refuse, or take and not stumble over."""

import math
import random
from collections.abc import Sequence
from typing import Final

from app.settings import TopicRole

ODD_VALUES: Final[Sequence[object]] = (
    None,
    True,
    "",
    "text",
    "\u0000\ud7ff",
    [1.0, "a", None],
    {"a": {"b": 1}},
    -0.0,
    1e308,
    5e-324,
    math.nan,
    math.inf,
    -math.inf,
    2**63,
    10**40,
    "x" * 5000,
)
"""Values of features that are no plain numbers; the rest of their event counts all the same."""

_ANY: Final = (
    b"",
    b"{",
    b"42",
    b'"text"',
    b"\xff\xfe\x00",
    b"\x00" * 100,
    b'{"prediction_id":"a"} trailing',
    b"[" * 5000,
    b'{"a":' * 5000,
    b'{"prediction_id":"\\ud800","label":1}',
)
_PREDICTIONS: Final = (
    b"{}",
    b'{"prediction_id":"a","features":{},"prediction":0}',
    b'{"prediction_id":{},"model":"m","features":{},"prediction":0}',
    b'{"prediction_id":"a","model":"m"}',
    b'{"prediction_id":"a","model":[],"features":{},"prediction":0}',
    b'{"prediction_id":"a","model":"","features":{},"prediction":0}',
    b'{"prediction_id":"a","model":"%s","features":{},"prediction":0}' % (b"m" * 300),
)
_LABELS: Final = (
    b'{"prediction_id":{},"label":1}',
    b'{"prediction_id":"a","label":{}}',
)
_SILENT: Final = (None, b"null", b"[]")
_UNLABELLED: Final = (b'{"prediction_id":"a"}', b'{"prediction_id":"a","label":null}')


def poison(draw: random.Random, role: TopicRole) -> bytes:
    """Return the value of a record that must go to the dead letters."""
    own = _PREDICTIONS if role is TopicRole.PREDICTIONS else _LABELS
    chosen: bytes = draw.choice((*_ANY, *own))
    return chosen


def silence(draw: random.Random, role: TopicRole) -> bytes | None:
    """Return the value of a record that says nothing, and must be passed over."""
    own = _UNLABELLED if role is TopicRole.LABELS else ()
    chosen: bytes | None = draw.choice((*_SILENT, *own))
    return chosen


def too_large(size: int, name: str = "a") -> bytes:
    """Return a sound prediction of an id, and of more bytes than are taken."""
    return b'{"prediction_id":"%b","model":"m","features":{"x":"%b"},"prediction":0}' % (
        name.encode(),
        b"y" * size,
    )


def too_wide(features: int) -> bytes:
    """Return a sound prediction of more features than are taken."""
    named = b",".join(b'"f%d":%d' % (number, number) for number in range(features))
    return b'{"prediction_id":"a","model":"m","features":{%b},"prediction":0}' % named
