from pathlib import Path
from typing import Any

import orjson
import pytest

from app.play.delay import parse_delay
from app.play.events import Clock
from app.play.files.line import BadRow
from app.play.files.source import open_source
from app.play.reader import NothingToPlay, PlayOptions
from app.play.roles import ColumnRoles
from app.references.drawn import Drawn, NoReference, drawn
from app.references.file_rows import FileRows
from app.references.sending import parts_of
from app.settings import Settings, load_settings
from schemas.events.reference_report import ReferenceKind
from schemas.tables.columns import Flag, Kind, Role
from schemas.tables.reference_parts import decode_reference

NOW = 1_772_366_400_000


def settings_with(**flags: str) -> Settings:
    dotted = {name.replace("__", "."): text for name, text in flags.items()}
    return load_settings(None, {"kafka.bootstrap_servers": "kafka:9092", **dotted}, {})


def made_of(
    path: Path,
    roles: ColumnRoles | None = None,
    *,
    version: str | None = None,
    most: int = 1000,
    settings: Settings | None = None,
) -> tuple[Drawn, list[BadRow]]:
    """Return the reference of a file, and the rows that could not be read."""
    known = settings or settings_with()
    bad: list[BadRow] = []
    options = PlayOptions(
        "fraud", version, roles or ColumnRoles(), Clock(NOW, 1000), parse_delay("0")
    )
    with open_source(str(path)) as source:
        rows = FileRows(source, options, known, bad.append)
        found = rows.found(rows.look(), most)
    return drawn(found, known, "fraud", version, NOW), bad


def lines_of(rows: int, header: str = "amount,country,ok") -> list[str]:
    return [header, *(f"{n * 1.5},{'NO' if n % 3 else 'AT'},{n % 2 == 0}" for n in range(rows))]


def written(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_columns_of_a_file_are_those_that_a_stream_would_have(tmp_path: Path) -> None:
    path = written(tmp_path / "train.csv", lines_of(100))
    made, bad = made_of(path)
    about = made.about
    assert (about.kind, about.source, about.model) == (ReferenceKind.FILE, "train.csv", "fraud")
    assert (about.rows, about.of_rows, about.since, about.until) == (100, 100, None, None)
    kinds = {(each.role, each.name): each.kind for each in made.columns}
    assert kinds == {
        (Role.FEATURE, "amount"): Kind.NUMBER,
        (Role.FEATURE, "country"): Kind.CATEGORY,
        (Role.FEATURE, "ok"): Kind.BOOLEAN,
    }
    assert bad == []
    (part,) = parts_of(made)
    amounts = decode_reference(part).columns[0].values.tolist()
    assert sorted(amounts) == [n * 1.5 for n in range(100)]
    assert amounts != sorted(amounts)


def test_rows_are_drawn_and_times_are_told_where_a_column_has_them(tmp_path: Path) -> None:
    rows = [f"2026-01-{1 + n % 28:02d}T12:00:00Z,{n}" for n in range(500)]
    path = written(tmp_path / "train.csv", ["at,x", *rows])
    made, _ = made_of(path, ColumnRoles(time="at"), most=200)
    assert (made.about.rows, made.about.of_rows) == (200, 500)
    document = made.document()
    assert (document["since"], document["until"]) == (
        "2026-01-01T12:00:00.000Z",
        "2026-01-28T12:00:00.000Z",
    )
    assert [each["column"] for each in document["columns"]] == ["x"]


def test_predictions_are_compared_where_they_are_named_and_labels_are_no_feature(
    tmp_path: Path,
) -> None:
    rows = [f"{n},{n % 2},0.9,{n % 2}" for n in range(50)]
    path = written(tmp_path / "train.csv", ["x,said,sure,truth", *rows])
    roles = ColumnRoles(prediction="said", score="sure", label="truth")
    made, _ = made_of(path, roles)
    assert {(each.role, each.name) for each in made.columns} == {
        (Role.FEATURE, "x"),
        (Role.PREDICTION, "prediction"),
        (Role.SCORE, "score"),
    }


def test_every_odd_column_is_told(tmp_path: Path) -> None:
    rows = [f"{n},7,{'' if n > 5 else n},{n},{'' if n % 2 else 'NaN'}" for n in range(64)]
    path = written(tmp_path / "train.csv", ["x,constant,sparse,hidden,missing", *rows])
    settings = settings_with(models="{fraud: {ignored: [hidden], kinds: {x: category}}}")
    made, _ = made_of(path, settings=settings)
    told = {each["column"]: each for each in made.document()["columns"]}
    assert told["x"]["kind"] == "category"
    assert told["constant"]["note"] == "all the same"
    assert (told["sparse"]["usable"], told["sparse"]["note"]) == (6, "too few to compare with")
    assert told["missing"]["usable"] == 0
    assert made.left_out == {"hidden": "models.<name>.ignored has it"}
    text = "\n".join(made.lines())
    assert "feature constant: 64 numbers; all the same" in text
    assert "column 'hidden' left out: models.<name>.ignored has it" in text


@pytest.mark.parametrize("rows", [0, 3, 31])
def test_a_file_of_a_few_rows_is_refused(tmp_path: Path, rows: int) -> None:
    path = written(tmp_path / "train.csv", lines_of(rows))
    with pytest.raises((NoReference, NothingToPlay)) as refused:
        made_of(path)
    if rows:
        assert str(refused.value) == (
            f"a reference needs 32 rows of fraud at least: {rows} rows of it were found"
        )


def test_more_columns_than_a_model_may_have_are_refused(tmp_path: Path) -> None:
    names = [f"c{n}" for n in range(60)]
    path = written(
        tmp_path / "train.csv", [",".join(names), *[",".join(["1.5"] * 60) for _ in range(40)]]
    )
    with pytest.raises(NoReference, match="60 columns, and 1 to 50 are taken"):
        made_of(path, settings=settings_with(limits__columns_per_model="50"))


def test_rows_with_more_features_than_are_taken_are_counted(tmp_path: Path) -> None:
    names = [f"c{n}" for n in range(60)]
    path = written(
        tmp_path / "train.csv", [",".join(names), *[",".join(["1.5"] * 60) for _ in range(40)]]
    )
    with pytest.raises(NoReference, match=r"0 rows of it were found; 40 x \w+"):
        made_of(path, settings=settings_with(limits__features_per_event="50"))


def _event(number: int, **more: Any) -> bytes:
    event = {
        "prediction_id": str(number),
        "model": "fraud",
        "version": "6",
        "timestamp": "2026-03-01T12:00:00Z",
        "features": {"x": number, "at": "night"},
        "prediction": 1,
    }
    return orjson.dumps(event | more)


def test_a_dump_of_events_gives_the_rows_of_the_model_and_of_the_version(tmp_path: Path) -> None:
    path = tmp_path / "dump.ndjson"
    path.write_bytes(
        b"\n".join(
            [
                *[_event(n) for n in range(40)],
                *[_event(n, model="churn") for n in range(10)],
                *[_event(n, version="7") for n in range(40)],
            ]
        )
    )
    made, _ = made_of(path)
    assert made.about.of_rows == 80
    assert made.refused == {"of another model": 10}
    assert made.about.since == made.about.until == 1_772_366_400_000
    assert {each.name for each in made.columns} == {"x", "at", "prediction"}
    only, _ = made_of(path, version="7")
    assert only.about.of_rows == 40
    assert only.refused == {"of another model": 10, "of another version": 40}


def test_values_of_another_type_are_counted_as_such(tmp_path: Path) -> None:
    path = tmp_path / "rows.ndjson"
    rows = [{"x": n if n % 4 else "many", "y": [1, 2]} for n in range(64)]
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    settings = settings_with(models="{fraud: {kinds: {x: number}}}")
    made, _ = made_of(path, settings=settings)
    x = next(each for each in made.columns if each.name == "x")
    assert x.flags is not None
    assert int((x.flags == Flag.MISTYPED).sum()) == 16
