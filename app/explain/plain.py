"""Values of users' documents in a form that JSON and a line of text can hold."""

import math
from collections.abc import Mapping
from typing import Any, Final

DEEPEST: Final = 12
"""Levels of a value that are shown."""

BEYOND: Final = "..."
"""Stands for what lies deeper."""


def plain(value: Any, levels: int = DEEPEST) -> Any:
    """Return a value without numbers that JSON lacks, and no deeper than so many levels.

    Examples
    --------
    >>> plain({"a": [float("nan"), 1.5]}), plain([[1]], 1)
    ({'a': ['nan', 1.5]}, ['...'])
    """
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        if levels == 0:
            return BEYOND
        return {str(name): plain(each, levels - 1) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, levels - 1) for each in value] if levels else BEYOND
    return value
