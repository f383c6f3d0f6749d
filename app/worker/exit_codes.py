"""Exit codes of every command, each with what it tells whoever started it."""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """How a process ended; below 64 Driftline's own numbers, from there on those of ``sysexits.h``.

    Attributes
    ----------
    meaning
        What it says where a command has nothing more exact to say.
    """

    meaning: str

    def __new__(cls, number: int, meaning: str) -> Self:
        """Make a member of its number, which prints and compares as that."""
        member = int.__new__(cls, number)
        member._value_ = number
        member.meaning = meaning
        return member

    OK = 0, "all is well"
    FAILED = 1, "crashed, start it again"
    CONFIGURATION = 2, "the configuration cannot be used"
    TOPICS = 3, "the topics cannot be used"
    NOTHING = 4, "nothing was found, or a state cannot be used"
    REFUSED = 65, "too many records were refused, starting it again does not help"
    UNREACHABLE = 69, "no broker in time"
    FORCED = 70, "did not stop in time"
    FORMATS = 76, "another release wrote what this one does not read, start the one it names"
    DENIED = 77, "the broker refused the user"
    INTERRUPTED = 130, "interrupted before the end"
