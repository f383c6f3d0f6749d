import ast
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from schemas.formats import FORMATS, FRAMES, FRAMES_BEFORE, WIRE, Format

ROOT = Path(__file__).parents[2]

OTHERS: Final = {
    "agents.prediction_log.disk_file": "the file of the chunks, whose version it keeps",
    "agents.records.compression": "Kafka's",
    "app.play.files.parquet": "Parquet's",
    "detectors.comparisons.comparison": "a part of a snapshot",
    "detectors.monitors.label_watch": "a consumer's part of a snapshot",
    "detectors.monitors.performance_watch": "a consumer's part of a snapshot",
    "detectors.snapshots.tree": "the body of a snapshot",
}
"""Modules that pack bytes of formats that are not Driftline's own, or that have an entry."""

KEPT: Final = {
    "observations": {3: "schemas/tables/data/labels.dlo3", 4: "schemas/tables/data/labels.dlo4"},
    "references": {1: "schemas/tables/data/reference.dlr1"},
    "pending changes": {
        1: "agents/join/data/before.dlp1",
        2: "agents/join/data/before.dlp2",
        3: "agents/join/data/before.dlp3",
        4: "agents/join/data/present.dlp4",
    },
    "waiting predictions on disk": {
        1: "agents/prediction_log/data/before.sqlite",
        2: "agents/prediction_log/data/present.sqlite",
    },
    "snapshots": {number: f"detectors/snapshots/v{number}.hex" for number in range(1, 6)},
}
"""Bytes that a release with each version wrote, which the tests of each format read."""


def defining() -> Iterator[str]:
    """Yield the modules that pack numbers into bytes, keep a database, or name a format."""
    for package in ("schemas", "detectors", "agents", "app"):
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text())
            if path.name != "formats.py" and any(map(defines_format, ast.walk(tree))):
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts)


def defines_format(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(each.name in {"struct", "sqlite3"} for each in names)
        case ast.ImportFrom(module=module):
            return module in {"struct", "sqlite3"}
        case (
            ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=value))
            | ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value))
        ):
            return name.endswith(("MAGIC", "FORMAT")) and not isinstance(value, str)
    return False


def version_in(path: Path, form: Format) -> int | None:
    """Return the version of kept bytes, as the bytes say it."""
    if path.suffix == ".sqlite":
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
            found = database.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
        return int(found[0])
    if path.suffix == ".hex":
        data = bytes.fromhex("".join(path.read_text().split()))
        return int.from_bytes(data[4:6], "little")
    data = path.read_bytes()
    # Records of a changelog stand one after the other, each behind its length.
    return form.version_of(data if data.startswith(form.stem) else data[4:])


def test_every_module_that_defines_a_format_has_an_entry_with_its_version() -> None:
    told = {each.module for each in FORMATS}
    assert set(defining()) - OTHERS.keys() == told


def test_what_defines_a_format_is_seen_by_any_of_its_marks() -> None:
    marks = "import struct", "from sqlite3 import connect", "MAGIC: Final = b'DLX1'", "X_FORMAT = 1"
    for source in marks:
        assert any(map(defines_format, ast.walk(ast.parse(source))))
    assert not any(map(defines_format, ast.walk(ast.parse("import math\nFORMATS = 2"))))


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_format_reads_what_it_writes_and_the_version_before(form: Format) -> None:
    assert form.reads == tuple(range(form.writes, form.reads[-1] - 1, -1))
    assert form.reads[-1] < form.writes or form.writes == 1


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_bytes_of_each_version_are_kept(form: Format) -> None:
    kept = KEPT[form.name]
    assert sorted(kept) == sorted(form.reads)
    for version, path in kept.items():
        assert version_in(ROOT / "tests" / path, form) == version


def test_bytes_say_their_version() -> None:
    assert FRAMES.version_of(FRAMES.magic() + b"..") == FRAMES.writes
    assert FRAMES.version_of(FRAMES.magic(7)) == 7
    for other in (b"", b"DL", b"DLO", b"DLOx", b'{"model": "DLO4"}'):
        assert FRAMES.version_of(other) is None


def test_a_refusal_names_the_format_the_version_and_what_to_do() -> None:
    assert "a newer release" in FRAMES.refusal(9)
    assert "an older release" in FRAMES.refusal(1)
    assert "of format 9" in FRAMES.refusal(9)
    assert "reads 3, 4" in FRAMES.refusal(9)


def test_workers_write_for_the_release_before_what_it_reads() -> None:
    assert FRAMES_BEFORE in FRAMES.reads
    assert FRAMES.writes > FRAMES_BEFORE
    assert WIRE > 1
