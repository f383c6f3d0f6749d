import json
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.events.not_taken import NotTaken
from schemas.payloads.json_predictions import JsonPredictions
from schemas.payloads.prediction_fields import PredictionFields
from schemas.payloads.prediction_scanner import PredictionScanner
from schemas.payloads.rows import PredictionRow
from schemas.payloads.scanned_predictions import ScannedPredictions, Spans
from schemas.tables.columns import ABSENT, Column, Kind, Role, column_of
from schemas.tables.declared import Declarations, Declared
from schemas.values.spellings import Spellings

MOST_FEATURES, LARGEST, RECORD_TIME = 4, 500, 1_772_366_400_000


def spans(values: Sequence[bytes | None], keys: Sequence[bytes | None]) -> Spans:
    buffer = b""
    places = []
    for text in (*values, *keys):
        places.append((-1, -1) if text is None else (len(buffer), len(buffer) + len(text)))
        buffer += text or b""
    starts, ends = np.array(places, dtype=np.int64).reshape(-1, 2).T
    n = len(values)
    return Spans(
        np.frombuffer(buffer, dtype=np.uint8),
        starts[n:],
        ends[n:],
        starts[:n],
        ends[:n],
        np.full(n, RECORD_TIME),
    )


def scanner(fields: PredictionFields | None = None) -> PredictionScanner:
    return PredictionScanner(fields or PredictionFields(), MOST_FEATURES, LARGEST)


def scanned(
    values: Sequence[bytes | None],
    keys: Sequence[bytes | None] | None = None,
    fields: PredictionFields | None = None,
) -> ScannedPredictions:
    found = scanner(fields).scan(spans(values, keys or [None] * len(values)))
    assert found is not None
    return found


def judged(value: bytes | None, key: bytes | None, fields: PredictionFields) -> PredictionRow:
    """What one event is without the scanner; of several, the first one."""
    form = JsonPredictions(
        fields,
        most_features=MOST_FEATURES,
        largest=LARGEST,
        not_features=fields.not_features,
    )
    return form.rows(value, key=key, headers=(), time=RECORD_TIME)[0]


def columns(rows: Sequence[PredictionRow], kinds: dict[str, Kind]) -> list[Column]:
    """What the columns of some rows are without the scanner."""
    found = []
    for name in dict.fromkeys(name for row in rows for name in row.features):
        raw = [row.features.get(name, ABSENT) for row in rows]
        found.append(column_of(name, Role.FEATURE, raw, kinds.get(name)))
    found.append(column_of("prediction", Role.PREDICTION, [row.prediction for row in rows]))
    scores: list[Any] = [ABSENT if row.score is None else row.score for row in rows]
    if any(score is not ABSENT for score in scores):
        found.append(column_of("score", Role.SCORE, scores))
    return found


def assert_equal(found: list[Column], expected: list[Column]) -> None:
    def plain(column: Column) -> tuple[object, ...]:
        flags = None if column.flags is None else column.flags.tolist()
        values = column.values.tolist()
        if flags is not None:  # what stands at a row that is not OK has no meaning
            values = [value if flag == 0 else 0 for value, flag in zip(values, flags, strict=True)]
        return column.name, column.role, column.kind, values, column.categories, flags

    assert [plain(column) for column in found] == [plain(column) for column in expected]


def assert_same(
    values: Sequence[bytes | None],
    keys: Sequence[bytes | None],
    fields: PredictionFields,
    kinds: dict[str, Kind],
) -> ScannedPredictions:
    found = scanned(values, keys, fields)
    rows = np.flatnonzero(found.plain)
    expected = {row: judged(values[row], keys[row], fields) for row in rows.tolist()}
    for row, wanted in expected.items():
        assert found.texts[found.model[row]] == wanted.model
        assert found.texts[found.version[row]] == wanted.version
        assert found.times[row] == wanted.time
    assert [name.decode() for name in found.ids(rows)] == [
        row.prediction_id for row in expected.values()
    ]
    assert found.segments(rows).values() == [row.segment for row in expected.values()]
    predictions = [row.prediction for row in expected.values()]
    assert [repr(value) for value in found.predictions(rows)] == list(map(repr, predictions))
    odd = [each for row in expected.values() for each in row.left_out]
    assert sorted(found.left_out) == sorted(odd)
    if len(rows):
        assert_equal(found.columns(rows, Declared(kinds)), columns(list(expected.values()), kinds))
    return found


EVENT = {
    "prediction_id": "p1",
    "model": "fraud",
    "version": "7",
    "timestamp": "2026-03-01T12:00:00.123Z",
    "features": {"amount": 12.5, "country": "CH", "new": True, "visits": 3},
    "prediction": 1,
    "scores": {"0": 0.1, "1": 0.9},
}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"prediction": "yes", "scores": {"yes": 0.25, "no": 0.75}},
        {"prediction": True, "scores": {"true": 0.25, "false": 0.75}},
        {"prediction": 2.5, "scores": None},
        {"prediction": "new class"},
        {"prediction": "Yes", "scores": {"yes": 0.25, "no": 0.75}},
        {"prediction_id": 5, "version": 1.10, "model": -3},
        {"prediction_id": 1000.0, "version": 1.0},
        {"prediction_id": 1.05},
        {"prediction_id": 9_223_372_036_854_775_807, "timestamp": 1_772_366_400_250_000_000},
        {"version": 7},
        {"segment": {"region": None}},
        {"version": None, "timestamp": None, "label": None},
        {"timestamp": 1_772_366_400.25},
        {"timestamp": 1_772_366_400_250},
        {"timestamp": 1_772_366_400_250_000},
        {"timestamp": 1.77236640025e18},
        {"timestamp": "1772366400250"},
        {"timestamp": "2026-03-01 12:00:00.5+0100"},
        {"segment": {"region": "EU", "tier": 1, "vip": False}},
        {"segment": {}, "scores": {}},
        {"scores": {"0": 0.3, "1": 0.9}},
        {"scores": {"0": 0.3, "1": 0.4}},
        {"scores": {"0": 3.5, "1": 0.9}},
        {"scores": {"a": 0.7, "b": 0.6}},
        {"scores": {"a": 0.3, "b": 0.6}},
        {"features": {}},
        {"features": {"a": None, "b": float("nan"), "c": float("-inf"), "d": ""}},
        {"model": "betrug-führend", "note": "ignored", "trace": {"id": "x", "hops": {"n": 1}}},
    ],
)
def test_plain_events_are_read_without_looking_at_each(change: dict[str, Any]) -> None:
    value = json.dumps({**EVENT, **change}, ensure_ascii=False).encode()
    found = assert_same([value], [None], PredictionFields(), {})
    assert found.plain.tolist() == [True]


@pytest.mark.parametrize(
    "change",
    [
        {"prediction_id": None},
        {"prediction_id": [5]},
        {"prediction_id": 10**19},
        {"timestamp": 10**19},
        {"prediction_id": ""},
        {"model": None},
        {"version": True},
        {"version": ""},
        {"timestamp": "yesterday"},
        {"timestamp": -1},
        {"timestamp": 20_260_301},
        {"timestamp": "1970-01-01T00:00:00Z"},
        {"timestamp": True},
        {"features": None},
        {"features": [1]},
        {"features": {"a": {"b": [1]}}},
        {"features": {"a": {}}},
        {"features": dict.fromkeys("abcde", 1)},
        {"prediction": None},
        {"prediction": [0.5, 0.5]},
        {"prediction": " [0.5, 0.5]", "scores": None},
        {"prediction": '  {"label": 1}', "scores": None},
        {"prediction": float("nan")},
        {"prediction": 1.0},  # beside scores, whose key is Python's writing of it
        {"label": 1},
        {"prediction": "1.0"},  # beside scores of which one is of the same class
        {"prediction": True},
        {"scores": {"1": None}},
        {"scores": {"1": "0.9"}},
        {"scores": 0.9},
        {"segment": {"region": []}},
        {"segment": "EU"},
        {"note": "x" * LARGEST},
        {"note": 'a "quoted" one'},
    ],
)
def test_what_may_be_wrong_or_unusual_is_left_to_a_closer_look(change: dict[str, Any]) -> None:
    value = json.dumps({**EVENT, **change}).encode()
    assert scanned([value]).plain.tolist() == [False]


@pytest.mark.parametrize("blank", ["\xa0", "\u3000", "\ufeff", "\u200b", " ", "\u2003"])
@pytest.mark.parametrize("field", ["prediction_id", "model", "version"])
def test_names_in_white_space_are_left_to_a_closer_look(field: str, blank: str) -> None:
    for name in (f"caf\u00e9{blank}", f"{blank}a"):
        value = json.dumps({**EVENT, field: name}, ensure_ascii=False).encode()
        found = assert_same([value], [None], PredictionFields(), {})
        assert found.plain.tolist() == [False]


def test_null_values_and_bytes_that_are_no_json_are_left_as_well() -> None:
    assert scanned([None, b"", b"\xff{", b"[]"]).plain.tolist() == [False] * 4


def test_the_key_is_the_id_where_the_event_has_none() -> None:
    value = orjson.dumps({**EVENT, "prediction_id": None})
    found = assert_same([value] * 3, [b"k1", b"\xff", None], PredictionFields(), {})
    assert found.plain.tolist() == [True, False, False]
    assert found.ids(np.array([0])) == [b"k1"]


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\0\0\0\0\7", b"\1" + b"0" * 16])
def test_what_stands_before_the_json_makes_no_event_unusual(before: bytes) -> None:
    values = [before + orjson.dumps(EVENT), b"\0", before, orjson.dumps(EVENT)]
    found = assert_same(values, [None] * 4, PredictionFields(), {})
    assert found.plain.tolist() == [True, False, False, True]


@pytest.mark.parametrize("key", [b'"k1"', b'{"id":1}', b"\0\0\0\0\0\0\0\7", b'\0\0\0\0\7"k"'])
def test_a_key_that_is_not_its_id_is_left_to_a_closer_look(key: bytes) -> None:
    value = orjson.dumps({**EVENT, "prediction_id": None})
    assert scanned([value], [key]).plain.tolist() == [False]


def test_whole_numbers_that_float64_would_round_keep_their_digits() -> None:
    values = [orjson.dumps({**EVENT, "scores": None, "prediction": 2**53 + 1})] * 2
    found = assert_same(values, [None] * 2, PredictionFields(), {})
    assert found.predictions(np.flatnonzero(found.plain)) == [9007199254740993] * 2


def test_what_may_be_a_deleted_row_is_left_to_a_closer_look() -> None:
    marks: list[dict[str, Any]] = [
        {"__deleted": "true"},
        {"__deleted": True},
        {"database": "d", "table": "t", "type": "delete", "data": {}},
        {"metadata": {"operation": "delete"}, "data": {}},
        {"_hoodie_is_deleted": True},
        {"_fivetran_deleted": True},
        {"_change_type": "delete"},
        {"_change_type": "update_preimage"},
        {"METADATA$ACTION": "DELETE"},
        {"_peerdb_is_deleted": 1},
        {"_ab_cdc_deleted_at": "2026-03-01T12:00:00Z"},
        {"op_type": "D", "op_ts": "2026-03-01 12:00:00"},
    ]
    values = [orjson.dumps({**EVENT, **mark}) for mark in marks]
    found = assert_same(values, [None] * 12, PredictionFields(), {})
    assert not found.plain.any()
    for value in (orjson.dumps({**EVENT, **mark, "data": {"x": 1}}) for mark in marks):
        with pytest.raises(NotTaken):
            judged(value, None, PredictionFields())
    others: list[dict[str, Any]] = [
        {"__deleted": False},
        {"__deleted": "false"},
        {"op": "c"},
        {"_ab_cdc_deleted_at": None},
        {"schema": {"type": "struct"}},
        {"after": {"x": 1}},
        {"payload": 2},
    ]
    values = [orjson.dumps({**EVENT, **mark}) for mark in others]
    assert assert_same(values, [None] * 7, PredictionFields(), {}).plain.all()


def test_an_envelope_that_the_settings_lead_into_is_read_at_once() -> None:
    fields = PredictionFields({name: f"after.{name}" for name in EVENT})
    values = [orjson.dumps({"op": "c", "before": None, "after": EVENT, "ts_ms": 1})]
    values.append(orjson.dumps({"op": "d", "before": EVENT, "after": None}))
    assert assert_same(values, [None] * 2, fields, {}).plain.tolist() == [True, False]


def test_deleted_rows_are_told_where_the_settings_lead_into_their_messages() -> None:
    fields = PredictionFields({name: f"data.{name}" for name in EVENT})
    deleted: list[dict[str, Any]] = [
        {"database": "d", "table": "t", "type": "delete", "data": EVENT},
        {"metadata": {"operation": "delete"}, "data": EVENT},
        {"type": "DELETE", "data": EVENT},
    ]
    values = [orjson.dumps(message) for message in deleted]
    assert not assert_same(values, [None] * 3, fields, {}).plain.any()
    for value in values:
        with pytest.raises(NotTaken):
            judged(value, None, fields)
    others = [{"metadata": {"host": "a"}, "data": EVENT}, {"type": "made", "data": EVENT}]
    values = [orjson.dumps(message) for message in others]
    assert assert_same(values, [None] * 2, fields, {}).plain.all()


def test_fields_stand_where_the_configuration_says() -> None:
    fields = PredictionFields(
        paths={"features": "payload.x", "prediction": "payload.y", "model": "m"}, model="fraud"
    )
    document = {
        "prediction_id": "p",
        "payload": {"x": {"a": 1.5}, "y": "no"},
        "model": "hidden by its path",
        "features": "too",
    }
    found = assert_same([orjson.dumps(document)], [None], fields, {})
    assert found.plain.tolist() == [True]
    assert found.texts[found.model[0]] == "fraud"


def test_a_member_that_is_given_to_a_field_is_no_other_field() -> None:
    fields = PredictionFields({"prediction": "label"})
    event = {**EVENT, "label": "spam"}
    del event["prediction"]
    found = assert_same([orjson.dumps(event)], [None], fields, {})
    assert found.plain.tolist() == [True]
    assert judged(orjson.dumps(event), None, fields).label is None


def test_fields_within_one_another_are_read_one_by_one() -> None:
    for path in ("scores.y", "model.name"):
        fields = PredictionFields(paths={"prediction": path})
        assert scanner(fields).scan(spans([orjson.dumps(EVENT)], [None])) is None


FLAT = {
    **{name: value for name, value in EVENT.items() if name != "features"},
    "amount": 12.5,
    "country": "CH",
    "user": {"age": 41, "new": True},
}


@pytest.mark.parametrize(
    ("document", "fields", "names"),
    [
        (FLAT, PredictionFields(), ["amount", "country", "user.age", "user.new"]),
        (
            FLAT,
            PredictionFields(not_features=frozenset({"country", "user.age"})),
            ["amount", "user.new"],
        ),
        (FLAT, PredictionFields(not_features=frozenset({"user"})), ["amount", "country"]),
        (FLAT, PredictionFields({"features": "*"}), ["amount", "country", "user.age", "user.new"]),
        ({**FLAT, "op": "c", "schema": "v1"}, PredictionFields(), None),
        ({**FLAT, "user": {"a": {"b": {"c": 1}}}}, PredictionFields(), None),
        ({**EVENT, "features": {"x": 1, "u": {"age": 4}}}, PredictionFields(), ["x", "u.age"]),
        (
            {**EVENT, "features": {"x": 1, "id": 4}, "rest": {}},
            PredictionFields(not_features=frozenset({"features.id"})),
            ["x"],
        ),
        (
            {**EVENT, "features": {"id": 4}},
            PredictionFields(not_features=frozenset({"features.id"})),
            [],
        ),
        (
            {**EVENT, "features": {"x": 1, "y": "no"}},
            PredictionFields({"prediction": "features.y"}),
            ["x"],
        ),
        (
            {"payload": {**FLAT, "note": "a"}, "id": 1},
            PredictionFields(
                {"features": "payload.*", **{name: f"payload.{name}" for name in EVENT}}
                | {"features": "payload.*"},
                not_features=frozenset({"payload.note"}),
            ),
            ["amount", "country", "user.age", "user.new"],
        ),
    ],
)
def test_features_among_other_members_and_in_objects_are_read_at_once(
    document: dict[str, Any], fields: PredictionFields, names: list[str] | None
) -> None:
    values, keys = [orjson.dumps(document)] * 2, [b"k"] * 2
    reader = PredictionScanner(fields, 9, LARGEST)
    found = reader.scan(spans(values, keys))
    assert found is not None
    assert found.plain.all()
    form = JsonPredictions(fields, largest=LARGEST, not_features=fields.not_features)
    rows = [
        form.rows(value, key=key, headers=(), time=RECORD_TIME)[0]
        for value, key in zip(values, keys, strict=True)
    ]
    read = found.columns(np.arange(2), Declared())
    assert_equal(read, columns(rows, {}))
    if names is not None:
        assert [column.name for column in read if column.role is Role.FEATURE] == names


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ({**FLAT, "user": {}}, PredictionFields()),
        ({**FLAT, "user.age": 4}, PredictionFields()),  # two values of one name
        ({**FLAT, "features": None}, PredictionFields()),
        ({**FLAT, "a": 1, "b": 2}, PredictionFields()),  # one too many
        (FLAT, PredictionFields({"features": "payload"})),
        ({**FLAT, "user.new": "x"}, PredictionFields({"prediction": "user.new"})),
        ({name: FLAT[name] for name in EVENT if name != "features"}, PredictionFields()),
    ],
)
def test_flat_records_that_may_be_unusual_are_left_to_a_closer_look(
    document: dict[str, Any], fields: PredictionFields
) -> None:
    value = orjson.dumps(document)
    assert scanned([value], None, fields).plain.tolist() == [False]


def test_the_rarer_form_of_features_in_a_batch_is_left_to_a_closer_look() -> None:
    flat, own = orjson.dumps(FLAT), orjson.dumps(EVENT)
    found = assert_same([flat, own, flat], [None] * 3, PredictionFields(), {})
    assert found.plain.tolist() == [True, False, True]
    assert scanned([flat, own, own]).plain.tolist() == [False, True, True]


def test_a_scanner_whose_tables_are_full_begins_new_ones() -> None:
    reader = scanner()
    for batch in range(60):
        names = [f"{batch}-{number}" for number in range(2000)]
        values = [orjson.dumps({**EVENT, "features": {"user": name}}) for name in names]
        found = reader.scan(spans(values, [None] * len(values)))
        assert found is not None
        assert found.plain.all()
        (user, *_) = found.columns(np.arange(len(values)), Declared())
        assert list(user.categories) == names


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(
        ["a" * 300, "b", "c", "1", "0.0", "True", " b", "nan", "[1]", " [1]", "{", "b "]
    )
)
CLASSES = st.sampled_from(["0", "1", "1.0", "b", "true", "FALSE"])
NAMES = st.sampled_from(["a", "b", "c", "é", "a.b", "double"])
nested = st.dictionaries(NAMES, st.dictionaries(NAMES, scalars, max_size=2), max_size=2)
objects = st.dictionaries(NAMES, scalars, max_size=5) | nested
anything = scalars | objects | st.lists(scalars, max_size=2)


@st.composite
def events(draw: st.DrawFn) -> bytes | None:
    document: dict[str, Any] = {
        "prediction_id": draw(
            st.text(max_size=3) | st.sampled_from(["NaN", "a "]) | st.integers() | st.floats()
        ),
        "model": draw(st.sampled_from(["m", "n", 5, 2.50])),
        "features": draw(objects),
        "prediction": draw(scalars),
    }
    optional = {
        "version": st.none() | st.sampled_from(["1", "2", "", 1, 1.0, 10**25]),
        "timestamp": st.none()
        | st.floats(0, 1e13)
        | st.integers(0, 10**16)
        | st.builds(operator.mul, st.floats(0.9e9, 4.2e9), st.sampled_from([1, 10**3, 10**9]))
        | st.integers(946_684_800, 4_102_444_800).map(str)
        | st.datetimes().map(lambda moment: moment.isoformat()),
        "scores": st.none()
        | st.dictionaries(
            st.sampled_from(["0", "1", "1.0", "b", "true", "FALSE"]), st.floats(0, 1)
        ),
        "segment": objects,
        "label": st.none() | scalars,
        "other": anything,
        "__deleted": anything | st.sampled_from(["true", "false", True]),
        "score": anything | st.just({"0": 0.5}),
        "eventTime": anything,
        "op": anything | st.sampled_from(["c", "d"]),
        "before": anything,
        "after": anything,
        "schema": anything,
        "data": anything,
        "database": anything,
        "metadata": anything | st.just({"operation": "delete"}),
    }
    for name in draw(st.sets(st.sampled_from(sorted(optional)))):
        document[name] = draw(optional[name])
    for name in draw(st.sets(st.sampled_from(sorted(document)), max_size=1)):
        document[name] = draw(anything)
    if draw(st.booleans()):  # flat
        members = document.pop("features")
        document |= members if type(members) is dict else {"a": members}
    names = draw(st.permutations(sorted(document)))
    text = json.dumps({name: document[name] for name in names}, ensure_ascii=draw(st.booleans()))
    return draw(
        st.sampled_from([text.encode("utf-8", "replace"), text[:-1].encode("utf-8", "replace")])
    )


def test_segments_beyond_a_full_table_are_made_one_by_one() -> None:
    names = [f"{number:02d}" for number in range(40)]
    values = [orjson.dumps(EVENT | {"segment": {"group": name * 600}}) for name in names]
    reading = PredictionScanner(PredictionFields(), MOST_FEATURES, 5000)
    found = reading.scan(spans([*values, *values], [None] * 80))
    assert found is not None
    rows = np.flatnonzero(found.plain)
    assert len(rows) == 80
    wanted = [orjson.dumps({"group": name * 600}).decode() for name in names]
    assert found.segments(rows).values() == wanted * 2


PLACES = st.builds(
    PredictionFields,
    st.just({})
    | st.dictionaries(
        st.sampled_from(["features", "prediction", "model", "segment"]),
        st.sampled_from(["*", "features.*", "features.a", "a", "a.b", "c", "other"]),
        max_size=2,
    ),
    st.none() | st.just("fixed"),
    st.sets(st.sampled_from(["a", "b", "a.b", "b.c", "features.a", "features.a.b", "op"])).map(
        frozenset
    ),
)


@given(
    st.lists(st.tuples(events(), st.none() | st.binary(max_size=3)), min_size=1, max_size=6),
    st.dictionaries(st.sampled_from(["a", "b", "c", "é", "a.b"]), st.sampled_from(Kind)),
    st.just(PredictionFields()) | PLACES,
)
@example([(b'{"double": {"a": null}, "prediction": 0.0}', None)], {}, PredictionFields())
@example([(b'{"$date": {"a": 1}, "prediction": 0.0}', None)], {}, PredictionFields())
@example([(b'{"$numberLong": {"a": 1}, "prediction": 0.0}', None)], {}, PredictionFields())
def test_what_is_read_at_once_is_what_is_read_one_by_one(
    records: list[tuple[bytes | None, bytes | None]],
    kinds: dict[str, Kind],
    fields: PredictionFields,
) -> None:
    values, keys = [value for value, _ in records], [key for _, key in records]
    if scanner(fields).scan(spans(values, keys)) is None:
        return
    found = assert_same(values, keys, fields, kinds)
    for row, (value, key) in enumerate(records):
        try:
            judged(value, key, fields)
        except NotTaken:
            assert not found.plain[row]


def test_rows_are_read_by_the_spellings_of_their_models() -> None:
    loose = Spellings(ignore_case=True, missing=frozenset({"nix"}))
    declarations = Declarations(models={"m": Declared(spellings=loose)})
    reading = PredictionScanner(PredictionFields(), MOST_FEATURES, LARGEST, declarations.spellings)
    event = {**EVENT, "features": {"x": "DE"}, "prediction": "Yes", "scores": {"yes": 0.1, "b": 1}}
    changes: list[dict[str, Any]] = [{}, {"prediction": "b"}, {"prediction": "c"}]
    changes += [{"features": {"x": text}} for text in ("de", "NIX", "nix", "n/a")]
    values = [orjson.dumps({**event, "prediction": "b", **change}) for change in changes[1:]]
    found = reading.scan(spans([orjson.dumps(event), *values], [None] * len(changes)))
    assert found is not None
    # Its score stands under another spelling, in one model at least.
    assert found.plain.tolist() == [False, *[True] * 6]
    rows = np.arange(1, 7)
    for declared in (Declared(), declarations.of("m")):
        (column, *_) = found.columns(rows, declared)
        raw = ["DE", "DE", "de", "NIX", "nix", "n/a"]
        expected = column_of("x", Role.FEATURE, raw, None, declared.spellings)
        assert_equal([column], [expected])


def test_names_of_one_feature_in_two_encodings_make_one_column() -> None:
    values = [
        json.dumps({**EVENT, "features": {name: 1.5}}, ensure_ascii=False).encode()
        for name in ("gr\u00f6sse", "gro\u0308sse", " gr\u00f6sse")
    ]
    found = assert_same(values, [None] * 3, PredictionFields(), {})
    assert found.plain.tolist() == [True, False, False]
    assert [judged(value, None, PredictionFields()).features for value in values] == [
        {"gr\u00f6sse": 1.5}
    ] * 3


@pytest.mark.parametrize("field", ["model", "version"])
@pytest.mark.parametrize("nothing", ["null", "None", "NaN", "nan ", "<NA>"])
def test_a_name_that_is_a_text_for_nothing_is_none(field: str, nothing: str) -> None:
    fields = PredictionFields(model="other")
    value = orjson.dumps({**EVENT, field: nothing})
    assert scanned([value], fields=fields).plain.tolist() == [False]
    row = judged(value, None, fields)
    assert (row.model, row.version) == {
        "model": ("other", EVENT["version"]),
        "version": (EVENT["model"], "unversioned"),
    }[field]


def test_a_model_that_is_a_text_for_nothing_is_missing() -> None:
    value = orjson.dumps({**EVENT, "model": "None"})
    with pytest.raises(NotTaken, match="model: missing"):
        judged(value, None, PredictionFields())
