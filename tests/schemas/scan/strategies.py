"""Documents of the plain forms, which are always accepted, and ways to spoil them."""

from typing import Any

from hypothesis import strategies as st

PLAIN_TEXT = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters='"\\'),
    max_size=20,
)
"""Text that JSON writes without escapes."""

INTEGERS = st.integers(-(2**63) + 1, 2**63 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | INTEGERS | FLOATS | st.floats() | PLAIN_TEXT
)


def objects(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects of scalars, and of objects that are ``depth`` deep."""
    values = SCALARS if depth == 0 else SCALARS | objects(depth - 1)
    return st.dictionaries(PLAIN_TEXT, values, max_size=5)


def _written(draw: st.DrawFn, value: Any) -> str:
    space = st.text(" \t\n\r", max_size=2)
    if isinstance(value, dict):
        members = [
            f'{draw(space)}"{key}"{draw(space)}:{draw(space)}{_written(draw, inner)}{draw(space)}'
            for key, inner in value.items()
        ]
        return "{" + (",".join(members) or draw(space)) + "}"
    if isinstance(value, str):
        return f'"{value}"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if value != value or abs(value) == float("inf"):  # noqa: PLR0124 - NaN
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[repr(value)]
    written = draw(st.sampled_from(["r", ".16e", ".17g", ".3f", ".0e", ".18E"]))
    text = repr(value) if written == "r" else format(value, written)
    # Python writes some with more digits than are read, or without a point, as JSON does integers.
    few = len(text.lstrip("-0.").split("e")[0]) <= 19
    # Rounded up, the largest ones are beyond float64: these are read one by one.
    finite = abs(float(text)) < float("inf")
    return text if few and finite and set(text) & set(".eE") else repr(value)


@st.composite
def plain_documents(draw: st.DrawFn) -> bytes:
    """Draw a document as any encoder may write it, white space between all tokens."""
    space = st.text(" \t\n\r", max_size=2)
    document = draw(objects(draw(st.integers(0, 3))))
    return (draw(space) + _written(draw, document) + draw(space)).encode()


@st.composite
def spoilt_documents(draw: st.DrawFn) -> bytes:
    """Draw a plain document of which bytes are replaced, inserted, taken out or cut off."""
    document = bytearray(draw(plain_documents()))
    pieces = st.binary(min_size=1, max_size=2) | st.sampled_from(
        [b'"', b"\\", b"{", b"}", b",", b":", b"[", b"]", b"-", b"0", b".", b"e", b"+", b"NaN",
         b"Infinity", b"null", b"true", b"\x00", b"\x1f", b"\x7f", b"\xed\xa0\x80", b"\xc0\x80",
         b"\xef\xbb\xbf", b" ", b"9" * 19]
    )  # fmt: skip
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(document)))
        taken = draw(st.sampled_from([0, 1, 1, 3, len(document)]))
        document[at : at + taken] = draw(pieces | st.just(b""))
    return bytes(document)
