"""What parts of a long simulation came to, in a file, so that none is simulated twice."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any


class Kept:
    """The results of parts, by their name, the number of experiments and the seed.

    Parameters
    ----------
    path
        A file of JSON lines, made where it is missing; None keeps nothing. Several processes may
        share it: a line is added in one piece.
    runs, seed
        Of the experiments: what was found by others is no result of these.
    """

    def __init__(self, path: Path | None, runs: int, seed: int) -> None:
        self._path = path
        self._of = {"runs": runs, "seed": seed}
        self._found: dict[str, Any] = {}
        if path is not None and path.exists():
            for line in path.read_text().splitlines():
                one = json.loads(line)
                if self._of.items() <= one.items():
                    self._found[one["part"]] = one["found"]

    def of(self, part: str, simulate: Callable[[], Any]) -> Any:
        """Return what a part came to, by the file or by simulating it now."""
        if part not in self._found:
            begun = process_time()
            # As the file has it, whether it was read from there or not.
            self._found[part] = json.loads(json.dumps(simulate()))
            print(f"{part}: {process_time() - begun:.0f} s of processor time", file=sys.stderr)
            if self._path is not None:
                line = json.dumps({"part": part, **self._of, "found": self._found[part]})
                with self._path.open("a") as file:
                    file.write(line + "\n")
        return self._found[part]
