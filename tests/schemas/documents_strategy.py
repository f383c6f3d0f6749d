"""Anything that JSON, or what passes for it, can hold."""

import json
from typing import Any

from hypothesis import strategies as st

_CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXT = st.text(_CHARACTERS, max_size=8)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 2**63, 2**64, -1, 0, 1_772_366_400_123])
    | st.floats()
    | TEXT
    | st.sampled_from(["", "x", "x" * 249, "x" * 250, "2026-03-01T12:00:00Z", "1e999", "NaN"])
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=6,
)
"""Any value; without lone surrogates, with NaN and integers beyond 64 bits."""


def as_bytes(value: object, *, surrogate: bool = False) -> bytes:
    """Return the value as Python's encoder writes it; on request with lone surrogates for "x"."""
    text = json.dumps(value)
    return (text.replace("x", "\\ud800") if surrogate else text).encode()


@st.composite
def documents(draw: st.DrawFn, valid: dict[str, Any]) -> dict[str, Any]:
    """Draw a document: a valid one of which some fields are dropped, replaced or added."""
    document = dict(valid)
    for name in draw(st.sets(st.sampled_from(sorted(valid)), max_size=3)):
        if draw(st.booleans()):
            document[name] = draw(VALUES)
        else:
            del document[name]
    document.update(draw(st.dictionaries(TEXT, VALUES, max_size=1)))
    return document
