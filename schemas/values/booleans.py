"""Booleans, also where they stand in text or are written as 0 and 1."""

from typing import Any

from schemas.values.spellings import USUAL, Spellings


def boolean_of(value: Any, spellings: Spellings = USUAL) -> bool | None:
    """Return the boolean that a value is or means; None where it is none.

    Examples
    --------
    >>> boolean_of("True"), boolean_of(" no "), boolean_of(1.0), boolean_of("0")
    (True, False, True, False)
    >>> boolean_of("maybe"), boolean_of(2)
    (None, None)
    """
    if isinstance(value, str):
        text = value.strip().lower()
        if text in spellings.true or text in spellings.yes or text in {"1", "1.0"}:
            return True
        return (
            False
            if text in spellings.false or text in spellings.no or text in {"0", "0.0"}
            else None
        )
    if isinstance(value, (int, float)) and value in {0, 1}:
        return bool(value)
    return None
