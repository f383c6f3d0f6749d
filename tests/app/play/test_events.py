"""Playing a file: reading, types, times, delays and errors."""

import gzip
import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from click.testing import CliRunner

from app.cli.play import play as play_command
from app.play.delay import LabelDelay, parse_delay, parse_seconds
from app.play.events import (
    Clock,
    ColumnRoles,
    EventMaker,
    Played,
    UnknownColumns,
    Untrainable,
    UnusableRow,
    placed,
)
from app.play.learner import train
from app.play.order import in_order
from app.play.reading import BadRow, Line, Row, Source, UnreadableFile, open_source
from app.play.run import PlayOptions, Reader
from app.play.types import ColumnType, convert, infer_type
from schemas.events.codec import decode_event
from schemas.events.prediction import Prediction
from schemas.payloads.rows import FieldMap


def _lines(content: bytes) -> list[Line]:
    return list(Source(io.BytesIO(content), None))


def _options(**changes: Any) -> PlayOptions:
    usual: dict[str, Any] = {
        "model": "m",
        "version": None,
        "roles": ColumnRoles(prediction="p"),
        "clock": Clock(start=0, step=1000.0),
        "delay": LabelDelay(),
    }
    return PlayOptions(**{**usual, **changes})


def _play(content: bytes, **changes: Any) -> tuple[list[Played], list[BadRow]]:
    bad: list[BadRow] = []
    reader = Reader(Source(io.BytesIO(content), None), _options(**changes), bad.append)
    return list(reader.rows()), bad


def _maker(roles: ColumnRoles, **changes: Any) -> EventMaker:
    usual: dict[str, Any] = {
        "model": "m",
        "version": "2",
        "types": {},
        "clock": Clock(start=1000, step=250.0),
    }
    return EventMaker(roles=roles, **{**usual, **changes})


# Reading


def test_a_csv_file_gives_its_rows_with_the_lines_they_begin_at() -> None:
    found = _lines(b'a,b\n1,"two\nlines"\n\n3,4\n')

    assert found == [Row(2, {"a": "1", "b": "two\nlines"}), Row(5, {"a": "3", "b": "4"})]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_told_from_the_header(delimiter: str) -> None:
    text = f"a{delimiter}b{delimiter}c\n1{delimiter}2{delimiter}3\n"

    assert _lines(text.encode()) == [Row(2, {"a": "1", "b": "2", "c": "3"})]


def test_bad_csv_rows_are_told_and_the_next_ones_read() -> None:
    found = _lines(b"a,b\n1\n1,2,3\n\xff,2\n5,6\n")

    assert found == [
        BadRow(2, "1 values for 2 columns"),
        BadRow(3, "3 values for 2 columns"),
        BadRow(4, "not UTF-8"),
        Row(5, {"a": "5", "b": "6"}),
    ]


def test_bad_json_lines_are_told_and_the_next_ones_read() -> None:
    found = _lines(b'{"a": 1}\n{"a": \n\n[1]\n{"a": {"b": 2, "c": [1]}}\n')

    assert found[0] == Row(1, {"a": 1})
    assert isinstance(found[1], BadRow)
    assert found[1].line == 2
    assert found[2] == BadRow(4, "expected a JSON object, found list")
    assert found[3] == Row(5, {"a.b": 2, "a.c": [1]})


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b'{"a": "1", "b": "2"}\n'])
def test_gzip_and_byte_order_marks_make_no_difference(content: bytes, mark: bytes) -> None:
    plain, packed = _lines(mark + content), _lines(gzip.compress(mark + content))

    assert [row.values for row in plain if isinstance(row, Row)] == [{"a": "1", "b": "2"}]
    assert plain == packed


def test_a_cut_gzip_file_is_an_error_after_its_last_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    rows = "".join(f"{number},{number * 7919 % 1000}\n" for number in range(50_000))
    path.write_bytes(gzip.compress(f"a,b\n{rows}".encode())[:-5000])

    with open_source(str(path)) as source, pytest.raises(UnreadableFile, match="after line"):
        list(source)


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "no header"), (b"a,b,a\n1,2,3\n", "twice: a"), (b"\n1\n", "header")]
)
def test_a_header_that_cannot_be_used_is_an_error(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        _lines(content)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    name = str(tmp_path / "absent.csv")
    with pytest.raises(UnreadableFile, match=r"absent\.csv: No such file"), open_source(name):
        pass


def test_the_fraction_read_goes_from_0_to_1(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "1,2\n" * 100_000)

    with open_source(str(path)) as source:
        early = source.fraction
        list(source)
        assert early is not None
        assert early < 0.5
        assert source.fraction == 1.0


class _Stdin:
    def __init__(self, content: bytes) -> None:
        self.buffer: BinaryIO = io.BytesIO(content)


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", _Stdin(b"a,b\n1,2\n"))

    with open_source("-") as source:
        assert list(source) == [Row(2, {"a": "1", "b": "2"})]
        assert source.fraction is None


# Types


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-2.5", "+3e-4", ".5", "5.", "0", "0.1", "", "NaN"], ColumnType.NUMBER),
        (["true", "FALSE", " True ", ""], ColumnType.BOOLEAN),
        (["1", "x"], ColumnType.TEXT),
        (["007", "123"], ColumnType.TEXT),
        (["1e", "e5", ".", "-"], ColumnType.TEXT),
        (["true", "1"], ColumnType.TEXT),
        (["", ""], ColumnType.TEXT),
        ([], ColumnType.TEXT),
        (["nan"], ColumnType.TEXT),
    ],
)
def test_a_column_has_the_narrowest_type_that_fits_it(texts: list[str], kind: ColumnType) -> None:
    assert infer_type(texts) is kind


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("12", ColumnType.NUMBER, 12),
        ("1.0", ColumnType.NUMBER, 1.0),
        ("1e3", ColumnType.NUMBER, 1000.0),
        ("123456789012345678901", ColumnType.NUMBER, 1.2345678901234568e20),
        ("nan", ColumnType.NUMBER, None),
        ("oops", ColumnType.NUMBER, "oops"),
        (" ", ColumnType.NUMBER, None),
        ("", ColumnType.TEXT, None),
        ("True", ColumnType.BOOLEAN, True),
        ("maybe", ColumnType.BOOLEAN, "maybe"),
        ("1", ColumnType.TEXT, "1"),
    ],
)
def test_a_cell_is_read_as_its_column_s_type_or_stays_text(
    text: str, kind: ColumnType, value: Any
) -> None:
    found = convert(text, kind)

    assert found == value
    assert type(found) is type(value)


# Events


def test_a_row_becomes_a_valid_prediction() -> None:
    roles = ColumnRoles(id="i", time="t", label="y", prediction="p", score="s", ignored=("z",))
    values = {"i": 5, "t": "2026-01-01T00:00:01Z", "y": 1, "p": True, "s": 0.75, "z": 0, "x": None}

    played = _maker(roles).event(0, values)

    event = decode_event(Prediction, played.prediction)
    assert (event.prediction_id, event.model, event.version) == ("5", "m", "2")
    assert event.timestamp == "2026-01-01T00:00:01.000Z"
    assert event.features == {"x": None}
    assert event.scores == {"true": 0.75}
    assert played.label == 1
    assert played.key == "5"


def test_without_columns_for_them_ids_and_times_follow_the_row_s_number() -> None:
    played = _maker(ColumnRoles(prediction="p")).event(3, {"p": "a", "x": 1})

    assert (played.key.partition("-")[2], played.time, played.label) == ("3", 1750, None)
    assert played.prediction["prediction_id"] == played.key
    assert "scores" not in played.prediction


@pytest.mark.parametrize(
    "other", [{"model": "n"}, {"version": "3"}, {"version": None}, {"model": "m2", "version": ""}]
)
def test_ids_that_no_column_gives_differ_between_the_plays_of_models(other: dict[str, Any]) -> None:
    roles = ColumnRoles(prediction="p")
    makers = _maker(roles), _maker(roles), _maker(roles, **other)

    first, again, others = ([maker.event(n, {"p": 1}).key for n in range(9)] for maker in makers)

    assert first == again
    assert len(set(first + others)) == 18


def test_an_id_that_no_column_gives_is_short_enough_for_the_longest_names() -> None:
    maker = _maker(ColumnRoles(prediction="p"), model="m" * 249, version="v" * 249)

    played = maker.event(10**12, {"p": 1})

    assert decode_event(Prediction, played.prediction).prediction_id == played.key


def test_only_the_named_features_are_taken() -> None:
    roles = ColumnRoles(prediction="p", features=("b", "a"))

    assert roles.features_of({"a": 1, "b": 2, "c": 3, "p": 0}) == {"b": 2, "a": 1}
    assert roles.features_of({"a": 1, "p": 0}) == {"a": 1}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"p": None, "t": 1_772_366_400}, "no prediction in column 'p'"),
        ({"t": 1_772_366_400}, "no prediction in column 'p'"),
        ({"p": 1, "t": "yesterday"}, "column 't'.*RFC 3339"),
        ({"p": 1}, "column 't'"),
        ({"p": 1, "t": 1_772_366_400, "s": "high"}, "'high' is no number"),
    ],
)
def test_a_row_that_cannot_be_an_event_says_why(values: dict[str, Any], said: str) -> None:
    maker = _maker(ColumnRoles(prediction="p", time="t", score="s"))

    with pytest.raises(UnusableRow, match=said):
        maker.event(0, values)


def test_all_unknown_columns_are_named_with_those_of_the_file() -> None:
    with pytest.raises(UnknownColumns, match="no column 'q', 'r' in the file; it has: a, b"):
        _play(b"a,b\n1,2\n", roles=ColumnRoles(prediction="q", features=("r", "a", "q")))


def test_a_field_map_puts_fields_where_the_worker_looks_for_them() -> None:
    fields = FieldMap({"features": "payload.in", "prediction": "payload.out"})
    document = {"model": "m", "features": {"x": 1}, "prediction": 2}

    there = placed(document, fields)

    assert there == {"model": "m", "payload": {"in": {"x": 1}, "out": 2}}
    assert {**document, "payload": there["payload"]} == fields.apply(there)


# Reader


def test_types_come_from_the_first_rows_and_what_does_not_fit_is_sent_as_text() -> None:
    content = b"p,x\n" + b"1,2\n" * 1000 + b"1,high\n"
    reader = Reader(Source(io.BytesIO(content), None), _options(), lambda _: None)

    rows = list(reader.rows())

    assert rows[0].prediction["features"] == {"x": 2}
    assert rows[-1].prediction["features"] == {"x": "high"}
    assert reader.maker is not None
    assert reader.maker.unlike == 1


def test_bad_rows_are_reported_with_their_lines_in_order() -> None:
    rows, bad = _play(b"p,x\n1,1\n1\n,3\n4,4\n")

    assert [played.prediction["features"]["x"] for played in rows] == [1, 4]
    assert [(row.line, row.reason) for row in bad] == [
        (3, "1 values for 2 columns"),
        (4, "no prediction in column 'p'"),
    ]


def test_a_limit_counts_the_rows_that_are_played() -> None:
    rows, _ = _play(b"p\n" + b"1\n" * 50, limit=3)

    assert [played.key.partition("-")[2] for played in rows] == ["0", "1", "2"]


def test_a_file_without_a_usable_row_is_an_error() -> None:
    with pytest.raises(UnknownColumns, match="no row"):
        _play(b"{\n")


# Order


def _played(times: Sequence[int], *, unlabelled: frozenset[int] = frozenset()) -> Iterator[Played]:
    for number, time in enumerate(times):
        yield Played(time, str(number), {}, None if number in unlabelled else "yes")


def _order(rows: Iterator[Played], delay: LabelDelay) -> list[tuple[str, int]]:
    return [
        (("label " if one.is_label else "") + one.played.key, one.time)
        for one in in_order(rows, delay)
    ]


def test_a_label_follows_when_event_time_has_gone_on_by_its_delay() -> None:
    assert _order(_played([0, 1000, 2000, 9000]), LabelDelay(milliseconds=1500)) == [
        ("0", 0),
        ("1", 1000),
        ("label 0", 1500),
        ("2", 2000),
        ("label 1", 2500),
        ("label 2", 3500),
        ("3", 9000),
        ("label 3", 10500),
    ]


def test_a_label_follows_after_so_many_predictions() -> None:
    order = _order(_played([0, 1, 2, 3], unlabelled=frozenset({1})), LabelDelay(rows=2))

    assert [name for name, _ in order] == ["0", "1", "2", "label 0", "3", "label 2", "label 3"]


def test_a_row_from_the_past_keeps_its_place_and_its_time() -> None:
    order = _order(_played([5000, 1000, 6000]), LabelDelay(milliseconds=500))

    assert order[:5] == [
        ("0", 5000),
        ("1", 1000),
        ("label 1", 1500),
        ("label 0", 5500),
        ("2", 6000),
    ]


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("0", LabelDelay()),
        ("90", LabelDelay(milliseconds=90_000)),
        ("1.5s", LabelDelay(milliseconds=1500)),
        ("2h", LabelDelay(milliseconds=7_200_000)),
        ("500rows", LabelDelay(rows=500)),
        ("1 row", LabelDelay(rows=1)),
    ],
)
def test_delays_are_durations_or_rows(text: str, delay: LabelDelay) -> None:
    assert parse_delay(text) == delay


@pytest.mark.parametrize("text", ["", "-1", "1.5rows", "soon", "3 weeks"])
def test_what_is_no_delay_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no delay|whole numbers"):
        parse_delay(text)


def test_a_duration_is_no_number_of_rows() -> None:
    assert parse_seconds("15m") == 900.0
    with pytest.raises(ValueError, match="no duration"):
        parse_seconds("15rows")


# The model from the first rows


def _classes(count: int) -> tuple[list[Mapping[str, Any]], list[str]]:
    rows: list[Mapping[str, Any]] = [
        {"x": number * 37 % 100, "kind": "ab"[number % 2], "gone": None} for number in range(600)
    ]
    labels = [f"c{int(row['x']) * count // 100}" for row in rows]
    return rows, labels


@pytest.mark.parametrize("count", [2, 3])
def test_a_model_of_the_first_rows_knows_their_classes(count: int) -> None:
    rows, labels = _classes(count)
    model = train(rows, labels)

    found = [model(row) for row in rows]

    hits = sum(one.prediction == label for one, label in zip(found, labels, strict=True))
    assert hits > 0.9 * len(rows)
    assert all(one.scores is not None for one in found)
    assert all(abs(sum((one.scores or {}).values()) - 1) < 1e-6 for one in found)


def test_a_model_of_quantities_predicts_numbers() -> None:
    rows = [{"x": float(number)} for number in range(200)]
    model = train(rows, [3.0 * number + 1 for number in range(200)])

    predicted = model({"x": 100.0})

    assert predicted.scores is None
    assert predicted.prediction == pytest.approx(301.0, rel=0.1)


def test_a_trained_model_is_frozen() -> None:
    rows, labels = _classes(2)
    model = train(rows, labels)

    first = model(rows[0])
    for row in rows:
        model(row)

    assert model(rows[0]) == first


def test_rows_of_one_class_teach_nothing() -> None:
    with pytest.raises(Untrainable, match="no label but 'a'"):
        train([{"x": 1}, {"x": 2}], ["a", "a"])
    with pytest.raises(Untrainable, match="no label:"):
        train([{"x": 1}], [None])


def test_the_reader_predicts_every_row_by_the_model_of_the_first() -> None:
    content = b"x,y\n" + b"".join(b"%d,%d\n" % (n % 10, n % 10 > 4) for n in range(300))

    rows, _ = _play(content, roles=ColumnRoles(label="y"), train=100)

    assert len(rows) == 300
    assert {0, 1} == {played.prediction["prediction"] for played in rows}
    assert all("y" not in played.prediction["features"] for played in rows)


# The command


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "where are the predictions"),
        (["--prediction", "p", "--model-from-first", "9"], "one of the two"),
        (["--model-from-first", "9"], "name their --label"),
        (["--model-from-first", "9", "--label", "y", "--score", "s"], "has its own"),
        (["--prediction", "p", "--label-delay", "soon"], "is no delay"),
        (["--prediction", "p", "--time", "t", "--start-time", "2026-03-01"], "without times"),
        (["--prediction", "p", "--start-time", "never"], "RFC 3339"),
        (["--prediction", "q"], "it has: p"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("p\n1\n")
    command = [str(path), "--bootstrap", "127.0.0.1:1", "--model", "m", *arguments]

    result = CliRunner().invoke(play_command, command, env={"COLUMNS": "200"})

    assert result.exit_code == 2
    assert said in result.output


def test_json_lines_need_no_types(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"p": "1", "x": "2"}) + "\n")

    with open_source(str(path)) as source:
        rows = list(Reader(source, _options(), lambda _: None).rows())

    assert rows[0].prediction["features"] == {"x": "2"}
