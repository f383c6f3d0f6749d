"""Reads a Dockerfile: its instructions, with their lines joined as the builder joins them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CONTINUED: Final = re.compile(r"\\\n")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Attributes
    ----------
    stage
        Number of the stage it is in, from 0.
    name
        In capitals.
    flags
        Such as ``--from=build``.
    text
        The rest.
    """

    stage: int
    name: str
    flags: tuple[str, ...]
    text: str


def read(path: Path) -> list[Instruction]:
    """Return the instructions of a Dockerfile, in order."""
    lines = [
        line for line in path.read_text("utf-8").splitlines() if not line.lstrip().startswith("#")
    ]
    found: list[Instruction] = []
    for line in _CONTINUED.sub("", "\n".join(lines)).splitlines():
        name, _, rest = line.strip().partition(" ")
        if not name:
            continue
        words = rest.split()
        flags = tuple(word for word in words if word.startswith("--")) if name != "RUN" else ()
        if name == "HEALTHCHECK":
            # The flags end where its command begins.
            flags = tuple(word for word in words[: words.index("CMD")])
        text = rest
        for flag in flags:
            text = text.replace(flag, "", 1)
        stage = sum(each.name == "FROM" for each in found) - (name != "FROM")
        found.append(Instruction(stage, name, flags, text.strip()))
    return found
