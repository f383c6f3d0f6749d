"""Why bytes are no JSON: the cause, and what a producer is to set, without the content."""

import re
from typing import Final

import orjson

from schemas.events.invalid import Reason

_UTF8: Final = "write UTF-8"
_KAFKA: Final = "the value itself is compressed: let Kafka do that instead (compression.type)"
REGISTRY_ADVICE: Final = (
    "Avro or Protobuf by a schema registry: write JSON, or JSON Schema "
    "(KafkaJsonSchemaSerializer, JsonSchemaConverter)"
)

BEGINNINGS: Final[tuple[tuple[re.Pattern[bytes], Reason, str, str], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), reason, name, advice)
    for pattern, reason, name, advice in (
        (rb"\xff\xfe\0\0|\0\0\xfe\xff|[{\[]\0\0\0|\0\0\0[{\[]\0\0\0", Reason.WRONG_ENCODING,
         "UTF-32", _UTF8),
        (rb"\xff\xfe|\xfe\xff|[{\[]\0|\0[{\[]\0", Reason.WRONG_ENCODING, "UTF-16", _UTF8),
        (rb"\x1f\x8b", Reason.COMPRESSED, "gzip", _KAFKA),
        (rb"\x28\xb5\x2f\xfd", Reason.COMPRESSED, "zstd", _KAFKA),
        (rb"\x04\x22\x4d\x18", Reason.COMPRESSED, "lz4", _KAFKA),
        (rb"\xff\x06\0\0sNaPpY|\x82SNAPPY\0", Reason.COMPRESSED, "snappy", _KAFKA),
        (rb"\x78[\x01\x5e\x9c\xda]", Reason.COMPRESSED, "zlib", _KAFKA),
        (rb"BZh[1-9]", Reason.COMPRESSED, "bzip2", _KAFKA),
        (rb"\xfd7zXZ\0", Reason.COMPRESSED, "xz", _KAFKA),
        (rb"PK\x03\x04", Reason.COMPRESSED, "zip", _KAFKA),
        (rb"Obj\x01", Reason.BINARY_FORMAT, "Avro, as a file", "write JSON"),
        (rb"\xc3\x01", Reason.BINARY_FORMAT, "Avro with a schema's fingerprint", "write JSON"),
        (rb"\0.{5}", Reason.BINARY_FORMAT, "registry bytes (0 and a number)", REGISTRY_ADVICE),
        (rb"\x01.{17}", Reason.BINARY_FORMAT, "registry bytes (1 and a GUID)", REGISTRY_ADVICE),
        (rb"PAR1", Reason.BINARY_FORMAT, "Parquet", "write JSON"),
        (rb"\xac\xed\0\x05", Reason.BINARY_FORMAT, "Java's serialisation", "write JSON"),
        (rb"\x80[\x02-\x05]", Reason.BINARY_FORMAT, "Python's pickle", "write JSON"),
        (rb"[\x81-\x8f][\xa1-\xbf]|\xde", Reason.BINARY_FORMAT, "MessagePack", "write JSON"),
        (rb"[\xa1-\xbf][\x61-\x78]", Reason.BINARY_FORMAT, "CBOR", "write JSON"),
        (rb"\s*<", Reason.BINARY_FORMAT, "XML or HTML", "write JSON"),
        (rb"[^{\[\"]{0,63}[\0-\x08]", Reason.BINARY_FORMAT, "binary, as Avro or Protobuf are",
         "write JSON"),
    )
)  # fmt: skip
"""First bytes, the reason, and what they are; the first that fits counts."""

MISTAKES: Final[tuple[tuple[str, re.Pattern[bytes], str], ...]] = tuple(
    (message, re.compile(pattern, re.IGNORECASE), text)
    for message, pattern, text in (
        ("depth limit", rb"", "nested too deeply"),
        ("allocate memory", rb"", "nested too deeply"),
        ("invalid escape", rb"", "a backslash that begins no escape of JSON"),
        ("", rb"\0+$", "a NUL at the end: send as many bytes as the text has"),
        ("", rb"b['\"]", "Python's repr() of bytes: send the bytes"),
        ("leading zero", rb"", "a number with leading zeros: put it in quotes"),
        ("surrogate", rb"", "half of a surrogate pair, a text cut within a character"),
        ("hex escape", rb"", "half of a surrogate pair, or an escape that is cut"),
        ("unexpected end", rb"", "cut short: it ends within the document"),
        ("trailing comma", rb"", "a comma before the closing bracket"),
        ("after document", rb"\s*[{\[]",
         "several documents in one record: send a record for each, or an array of them"),
        ("", rb"'", "single quotes, as of Python's str() or repr(): use json.dumps"),
        ("", rb"(?-i:None|True|False)\b", "Python's None, True or False: use json.dumps"),
        ("", rb"[+-]?(nan|inf|\.\d)", "nan, inf or .5, where NaN, Infinity and 0.5 are taken"),
        ("", rb"\+[.\d]", "a number with a plus sign, which JSON has not"),
        ("", rb"//|/\*|#", "a comment"),
        ("control character", rb"", "a line break or other control character within a text"),
        ("string key", rb"", "a name that is not in double quotes"),
    )
)  # fmt: skip
"""What orjson says, what stands where it says so, and the usual mistake behind both."""


def cause_of(value: bytes, error: orjson.JSONDecodeError) -> tuple[Reason, str]:
    """Return the reason and its detail for a value of which orjson gave ``error``.

    Examples
    --------
    >>> from gzip import compress
    >>> try:
    ...     orjson.loads(compress(b"{}"))
    ... except orjson.JSONDecodeError as error:
    ...     reason, detail = cause_of(compress(b"{}"), error)
    >>> print(reason, detail[:20])
    compressed gzip: the value itse
    """
    if not value.strip():
        return Reason.UNDECODABLE, "empty: expected a JSON object"
    for pattern, reason, name, advice in BEGINNINGS:
        if pattern.match(value):
            return reason, f"{name}: {advice}"
    try:
        text = value.decode()
    except UnicodeDecodeError as problem:
        if problem.end == len(value) and "unexpected end" in problem.reason:
            return Reason.UNDECODABLE, "cut short within a character: it ends within the document"
        detail = f"not UTF-8 at byte {problem.start}: is it Latin-1, Windows-1252, or no text?"
        return Reason.UNDECODABLE, detail
    detail = f"not JSON (line {error.lineno}, column {error.colno})"
    rest = text[error.pos : error.pos + 64].encode()
    for message, pattern, mistake in MISTAKES:
        if message in error.msg and pattern.match(rest):
            return Reason.UNDECODABLE, f"{detail}: {mistake}"
    return Reason.UNDECODABLE, detail
