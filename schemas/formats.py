"""Formats: all that one worker writes and another one reads, with their versions.

A change of a format raises its version here; what is in `Format.reads` can still be read, and
the tests keep bytes of each. A module that defines a format has an entry.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of Driftline's own.

    Attributes
    ----------
    name
        For people.
    module
        Which defines it.
    stem
        With what its bytes begin, before the version; empty where they say it otherwise.
    writes
        The version that is written.
    reads
        The versions that are read, that one and those before it.
    """

    name: str
    module: str
    stem: bytes = b""
    writes: int
    reads: tuple[int, ...]

    def magic(self, version: int | None = None) -> bytes:
        """Return with what bytes of a version begin, of the one that is written by default."""
        return self.stem + str(self.writes if version is None else version).encode()

    def version_of(self, value: bytes) -> int | None:
        """Return the version that bytes say; None where they are none of this format."""
        end = len(self.stem) + 1
        digit = value[end - 1 : end]
        return int(digit) if value.startswith(self.stem) and digit.isdigit() else None

    def refusal(self, version: int) -> str:
        """Return a sentence on bytes of a version that is not read."""
        read = ", ".join(map(str, sorted(self.reads)))
        kind = "a newer" if version > self.writes else "an older"
        return (
            f"{self.name} are of format {version}, which {kind} release of Driftline wrote, and "
            f"this one reads {read}: stop this worker, and start one of that release, or of one "
            "between the two (docs/deployment.md, upgrading); nothing of it was taken or committed"
        )


class OtherFormat(Exception):
    """What another release of Driftline wrote, in a format that this one does not read.

    It is never bad input: a worker stops before it commits any of it.
    """


FRAMES: Final = Format(
    name="observations", module="schemas.tables.frames", stem=b"DLO", writes=4, reads=(4, 3)
)
REFERENCES: Final = Format(
    name="references", module="schemas.tables.reference_parts", stem=b"DLR", writes=1, reads=(1,)
)
CHANGES: Final = Format(
    name="pending changes",
    module="agents.join.changes_codec",
    stem=b"DLP",
    writes=4,
    reads=(4, 3, 2, 1),
)
DISK: Final = Format(
    name="waiting predictions on disk",
    module="agents.prediction_log.disk_chunk",
    writes=2,
    reads=(2, 1),
)
SNAPSHOTS: Final = Format(
    name="snapshots", module="detectors.snapshots.codec", writes=5, reads=(5, 4, 3, 2, 1)
)

FORMATS: Final = (FRAMES, REFERENCES, CHANGES, DISK, SNAPSHOTS)
"""All that are binary. Events and letters are JSON with CloudEvents types that end in a version,
and the keys of the state topics are JSON: these only ever gain fields."""

WIRE: Final = 2
"""The version of what workers write for one another, which each tells its group; 1 is that of the
release before, which tells none. It is raised where a worker of the release before would not take
what this one writes."""

FRAMES_BEFORE: Final = 3
"""The version of the frames that workers of the release before read."""
