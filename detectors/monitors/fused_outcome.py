"""What the fused kernel says of a column in place of a row."""

from typing import Final

QUIET: Final = -1
"""No detector fired."""

NO_ROOM: Final = -2
"""Something is too short for the values, too many of them are not ok, or they show a fault, and
nothing was done."""
