"""Whole files, from their bytes to events, without a broker."""

import gzip
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.play.columns.marks import Marks
from app.play.delay import LabelDelay
from app.play.events import Clock, Played
from app.play.files.source import NamedForm, open_source
from app.play.reader import NothingToPlay, PlayOptions, Reader
from app.play.roles import ColumnRoles, UnknownColumns
from app.play.table import AmbiguousFile, Looking, Table
from app.regular_file import UnreadableFile
from schemas.events.codec import decode_event
from schemas.events.event import LONGEST_NAME
from schemas.events.prediction import Prediction
from schemas.events.times import format_time

PLAIN = ColumnRoles(prediction="p")


def _options(**changes: Any) -> PlayOptions:
    usual: dict[str, Any] = {
        "model": "m",
        "version": None,
        "roles": PLAIN,
        "clock": Clock(start=0, step=1000.0),
        "delay": LabelDelay(),
    }
    return PlayOptions(**{**usual, **changes})


@contextmanager
def _reader(path: Path, content: str | bytes, **changes: Any) -> Iterator[Reader]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_source(str(path), NamedForm()) as source:
        yield Reader(source, _options(**changes))


def _play(path: Path, content: str | bytes, **changes: Any) -> tuple[list[Played], Reader, Table]:
    with _reader(path, content, **changes) as reader:
        table = reader.look()
        return list(reader.rows(table)), reader, table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rows"


IDS = st.lists(
    st.from_regex(r"[0-9]{1,25}|[0-9]{1,3}\.[0-9]{1,3}|0[0-9]{3}|[0-9]e[0-9]", fullmatch=True),
    min_size=1, max_size=30,
)  # fmt: skip


@given(IDS)
def test_ids_versions_and_segments_are_text_from_the_first_byte_on(
    tmp_path_factory: pytest.TempPathFactory, ids: list[str]
) -> None:
    path = tmp_path_factory.mktemp("ids") / "rows.csv"
    roles = ColumnRoles(id="i", version="v", segment=("s",), prediction="p")
    content = "i,v,s,p,x\n" + "".join(f"{each},{each},{each},1,2\n" for each in ids)

    rows, _, _ = _play(path, content, roles=roles)

    assert [played.key for played in rows] == ids
    assert [played.prediction["version"] for played in rows] == ids
    assert [played.prediction["segment"] for played in rows] == [{"s": each} for each in ids]


def test_a_row_becomes_a_valid_prediction(path: Path) -> None:
    roles = ColumnRoles("i", "t", "y", "p", "s", ignored=("z",))
    content = "i,t,y,p,s,z,x\n5,2026-01-01T00:00:01Z,1,true,0.75,0,\n"

    (played,), _, _ = _play(path, content, roles=roles, version="2")

    event = decode_event(Prediction, played.prediction)
    assert (event.prediction_id, event.model, event.version) == ("5", "m", "2")
    assert event.timestamp == "2026-01-01T00:00:01.000Z"
    assert event.features == {"x": None}
    assert event.scores == {"true": 0.75}
    assert (played.label, played.key) == (1, "5")


def test_a_column_that_is_empty_for_long_is_decided_by_what_it_holds_later(path: Path) -> None:
    content = "p,late\n" + "1,\n" * 5000 + "1,2.5\n" * 10

    rows, _, table = _play(path, content)

    assert rows[-1].prediction["features"] == {"late": 2.5}
    assert table.whole


def test_what_comes_after_a_sample_and_is_unlike_is_counted_with_its_first_line(path: Path) -> None:
    content = "p,x\n" + "1,2\n" * 100 + "1,high\n1,higher\n"

    rows, reader, table = _play(path, content, sample=100)

    assert not table.whole
    assert rows[-1].prediction["features"] == {"x": "higher"}
    unlike = reader.summary.tally.unlike["x"]
    assert (unlike.count, unlike.first) == (2, ("high", 102))
    assert "x: 2 values unlike" in "\n".join(reader.summary.words(sent=False))


def test_rows_that_cannot_be_played_are_counted_by_reason_with_the_first_line(path: Path) -> None:
    roles = ColumnRoles(id="i", time="t", prediction="p")
    long = "9" * (LONGEST_NAME + 1)
    content = (
        "i,t,p\n1,2026-01-01,1\n2\n3\n4,2026-01-01,\n5,soon,1\n6,,1\n"
        f"{long},2026-01-01,1\n7,2026-01-01,1\n8,2026-01-01,1\n9,2026-01-01,1\n"
    )

    rows, reader, _ = _play(path, content, roles=roles)

    assert [played.key for played in rows] == ["1", "7", "8", "9"]
    found = {
        reason: (each.count, each.first.line) for reason, each in reader.summary.reasons.items()
    }
    assert found == {
        "1 values for 3 columns": (2, 3),
        "no prediction in column 'p'": (1, 5),
        "no time in column 't': no known form of a time, as RFC 3339 is one": (1, 6),
        "no time in column 't'": (1, 7),
        f"an id or a name of more than {LONGEST_NAME} characters": (1, 8),
    }
    assert reader.summary.document()["bad_rows"] == 6


@pytest.mark.parametrize(
    "content", ["p,x\n", "p,x\n1\n2\n", "p,x\n,1\nNA,2\n", "{\n", '{"p": null}\n', '{"x": 1}\n{\n']
)
def test_a_file_of_which_no_row_can_be_played_is_an_error(path: Path, content: str) -> None:
    with pytest.raises((NothingToPlay, UnreadableFile, UnknownColumns)):
        _play(path, content)


def test_an_error_of_nothing_names_the_reasons(path: Path) -> None:
    with pytest.raises(NothingToPlay, match=r"2 x 1 values for 2 columns, first in line 2"):
        _play(path, "p,x\n1\n2\n")


def test_all_that_is_ambiguous_is_named_at_once(path: Path) -> None:
    content = "p,a,t\n" + '1,"1,234",01/02/2024\n' * 5

    with pytest.raises(AmbiguousFile) as error:
        _play(path, content, roles=ColumnRoles(time="t", prediction="p"))
    assert "column 'a'" in str(error.value)
    assert "column 't'" in str(error.value)


def test_a_score_that_is_no_number_costs_itself(path: Path) -> None:
    content = "p,s\n" + "1,0.5\n" * 50 + "1,high\n1,\n"

    rows, reader, _ = _play(path, content, roles=ColumnRoles(prediction="p", score="s"))

    assert rows[0].prediction["scores"] == {"1": 0.5}
    assert "scores" not in rows[-1].prediction
    assert len(rows) == 52
    assert reader.summary.tally.unlike["s"].count == 1


def test_rows_without_an_id_get_one_by_their_number_and_are_counted(path: Path) -> None:
    rows, reader, _ = _play(path, "i,p\na,1\n,1\n", roles=ColumnRoles(id="i", prediction="p"))

    assert rows[0].key == "a"
    assert rows[1].key.endswith("-1")
    assert reader.summary.tally.numbered == 1


@pytest.mark.parametrize(
    "other", [{"model": "n"}, {"version": "3"}, {"model": "m2", "version": ""}]
)
def test_ids_that_no_column_gives_differ_between_the_plays_of_models(
    path: Path, other: dict[str, Any]
) -> None:
    content = "p\n" + "1\n" * 9

    first, again, others = ([p.key for p in _play(path, content, **o)[0]] for o in ({}, {}, other))

    assert first == again
    assert len(set(first + others)) == 18


def test_row_numbers_of_the_file_s_own_are_no_feature(path: Path) -> None:
    rows, _, table = _play(path, ",x,p\n0,5,1\n1,7,0\n2,5,1\n")

    assert table.left_out == ("column_1",)
    assert rows[0].prediction["features"] == {"x": 5}
    kept, _, _ = _play(
        path, ",x,p\n0,5,1\n1,7,0\n", roles=ColumnRoles(prediction="p", features=("column_1",))
    )
    assert kept[1].prediction["features"] == {"column_1": 1}


def test_types_marks_and_values_can_be_named(path: Path) -> None:
    looking = Looking(Marks.of(["-999"], ["NA"]), types={"c": "text", "d": "number"})

    rows, _, _ = _play(path, "p,a,b,c,d\n1,-999,NA,5,x\n1,3,DE,6,7\n", looking=looking)

    assert rows[0].prediction["features"] == {"a": None, "b": "NA", "c": "5", "d": "x"}
    assert rows[1].prediction["features"] == {"a": 3, "b": "DE", "c": "6", "d": 7}


def test_a_german_file_is_read_as_its_writer_meant_it(path: Path) -> None:
    content = (
        "Nr;Datum;Umsatz;Quote;Aktiv;Stadt;Modell\r\n"
        "0001;31.12.2024 10:15;1.234,50 €;12,5 %;ja;Köln;1\r\n"
        "0002;01.01.2025 10:15;-5,00 €;k.A.;nein;München;0\r\n"
    ).encode("cp1252")
    roles = ColumnRoles(id="Nr", time="Datum", prediction="Modell")

    rows, _, _ = _play(path, content, roles=roles)

    assert [(played.key, format_time(played.time)) for played in rows] == [
        ("0001", "2024-12-31T10:15:00.000Z"),
        ("0002", "2025-01-01T10:15:00.000Z"),
    ]
    assert [played.prediction["features"] for played in rows] == [
        {"Umsatz": 1234.5, "Quote": 0.125, "Aktiv": True, "Stadt": "Köln"},
        {"Umsatz": -5.0, "Quote": None, "Aktiv": False, "Stadt": "München"},
    ]


def test_a_dump_of_one_s_own_topic_gives_its_events_again(path: Path) -> None:
    events = [
        {
            "prediction_id": f"i{n}", "model": "own", "version": "1.10",
            "timestamp": "2026-01-01T00:00:00.000Z", "features": {"x": n, "label": "NA"},
            "prediction": n % 2, "scores": {"1": 0.5}, "segment": {"c": "DE"},
        }
        for n in range(20)
    ]  # fmt: skip
    content = "".join(json.dumps(event) + "\n" for event in events)

    rows, reader, _ = _play(path, content, model=None, roles=ColumnRoles())

    assert reader.dumped
    assert [played.prediction for played in rows] == events


def test_a_dump_of_events_without_times_has_those_of_rows_without_any(path: Path) -> None:
    events = [{"prediction_id": f"i{n}", "x": n, "prediction": n % 2} for n in range(3)]
    content = "".join(json.dumps(event) + "\n" for event in events)

    rows, reader, _ = _play(path, content, roles=ColumnRoles())

    assert reader.dumped
    assert [played.key for played in rows] == ["i0", "i1", "i2"]
    assert rows[0].time < rows[1].time < rows[2].time


def test_features_of_a_dump_can_be_named_by_either_path(path: Path) -> None:
    event = {"prediction_id": "a", "features": {"x": 1, "y": 2}, "prediction": 1}
    content = json.dumps(event | {"timestamp": "2026-01-01"}) + "\n"

    for name in ("x", "features.x"):
        rows, _, _ = _play(path, content, roles=ColumnRoles(features=(name,)))
        assert rows[0].prediction["features"] == {"x": 1}


def test_json_keeps_its_types_but_for_marks_and_long_numbers(path: Path) -> None:
    content = '{"p": "1", "x": "2", "n": 1790000000000000000, "m": "N/A"}\n' * 3

    rows, _, _ = _play(path, content)

    assert rows[0].prediction["features"] == {"x": "2", "n": "1790000000000000000", "m": None}


def test_standard_input_is_looked_at_and_then_played_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Stdin:
        buffer = io.BytesIO(gzip.compress(b"p,x\n" + b"1,2\n" * 300))

    monkeypatch.setattr(sys, "stdin", Stdin)

    with open_source("-") as source:
        reader = Reader(source, _options(sample=100))
        table = reader.look()
        rows = list(reader.rows(table))

    assert (table.rows, table.whole, len(rows)) == (100, False, 300)


def test_a_limit_counts_the_rows_that_are_played(path: Path) -> None:
    rows, _, _ = _play(path, "p\n" + "1\n" * 50, limit=3)

    assert [played.key.partition("-")[2] for played in rows] == ["0", "1", "2"]


def test_every_row_is_predicted_by_the_model_of_the_first(path: Path) -> None:
    content = "x,y\n" + "".join(f"{n % 10},{int(n % 10 > 4)}\n" for n in range(300))

    rows, _, _ = _play(path, content, roles=ColumnRoles(label="y"), train=100)

    assert len(rows) == 300
    assert {0, 1} == {played.prediction["prediction"] for played in rows}
    assert all("y" not in played.prediction["features"] for played in rows)
