"""The segment of a prediction as a text: the groups that it belongs to."""

import math
from typing import Any

import orjson

from schemas.values.categories import category_name


def segment_text(segment: Any) -> str | None:
    """Return a segment as JSON, its names in their order and each value as its category.

    What names no group is left out; None where nothing is left.

    Examples
    --------
    >>> segment_text({"tier": 1.0, "channel": "app", "note": None})
    '{"channel":"app","tier":"1"}'
    """
    if type(segment) is not dict:
        return None
    named = {name: category_name(value) for name, value in segment.items() if _is_group(value)}
    return orjson.dumps(named, option=orjson.OPT_SORT_KEYS).decode() if named else None


def _is_group(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, (str, int))
