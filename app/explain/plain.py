"""Values of users' documents in a form that JSON and a line of text can hold."""

import math
from collections.abc import Mapping
from typing import Any, Final

from schemas.payloads.flat_features import AMBIGUOUS

DEEPEST: Final = 12
"""Levels of a value that are shown."""

BEYOND: Final = "..."
"""Stands for what lies deeper."""

TWICE: Final = "two members of this name"
"""Stands for a feature that two members of a document would have."""


def plain(value: Any, levels: int = DEEPEST) -> Any:
    """Return a value without what JSON lacks, and no deeper than so many levels.

    Examples
    --------
    >>> plain({"a": [float("nan"), 1.5]}), plain([[1]], 1)
    ({'a': ['nan', 1.5]}, ['...'])
    """
    if value is AMBIGUOUS:
        return TWICE
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        if levels == 0:
            return BEYOND
        return {str(name): plain(each, levels - 1) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, levels - 1) for each in value] if levels else BEYOND
    return value
