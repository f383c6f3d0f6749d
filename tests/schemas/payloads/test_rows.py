from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.events.codec import decode_object
from schemas.events.event_times import read_time
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.label import Label
from schemas.events.left_out import LeftOut, Oddity
from schemas.events.not_taken import NotTaken
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.events.prediction import Prediction
from schemas.events.times import LATEST_MS
from schemas.payloads.row_columns import prediction_columns
from schemas.payloads.rows import FieldMap, LabelRow, PredictionRow, label_row, prediction_row
from schemas.tables.declared import Declarations, Declared
from schemas.values.spellings import Spellings
from tests.schemas.documents_strategy import VALUES, as_bytes, documents

PREDICTION: dict[str, Any] = {
    "prediction_id": "p-1",
    "model": "fraud",
    "version": "3",
    "timestamp": "2026-03-01T12:00:00Z",
    "features": {"amount": 12.5, "country": "fr", "new": True, "age": None},
    "prediction": "genuine",
    "scores": {"genuine": 0.75, "fraud": 0.25},
    "segment": {"region": "eu", "tier": 1},
    "label": "fraud",
}
LABEL: dict[str, Any] = {
    "prediction_id": "p-1",
    "label": "fraud",
    "timestamp": 1772366400,
    "prediction": "genuine",
    "model": "fraud",
    "version": "3",
}


NO_TEXTS = ("null", "NULL", "Null", "None", "nan", "NaN", "NAN", "NaT", "<NA>", "\\N")
NO_LABELS: tuple[Any, ...] = ([], *NO_TEXTS)
NO_IDS = (None, *NO_TEXTS)


def _accepts(kind: type[Prediction | Label], document: dict[str, Any], key: bytes | None) -> bool:
    """Tell what the event type says, and the three things that it cannot."""
    try:
        event = kind.model_validate(document)
        if event.timestamp is not None:
            read_time(event.timestamp)
    except (ValidationError, InvalidMessage):
        return False
    if isinstance(event, Prediction) and (
        event.prediction == []
        or event.features is None
        or (event.prediction is None and not event.features)
    ):
        return False
    if isinstance(event, Prediction) and event.model in NO_TEXTS:
        return False
    if isinstance(event, Label) and event.label in NO_LABELS:
        return False
    return event.prediction_id not in NO_IDS or key is not None


def _taken(
    kind: type[Prediction | Label], document: dict[str, Any], key: bytes | None
) -> PredictionRow | LabelRow | None:
    try:
        if kind is Prediction:
            return prediction_row(document, key=key, record_time=0, most_features=100)
        return label_row(document, key=key, record_time=0)
    except NotTaken:
        return None


def _without_prediction(document: dict[str, Any]) -> set[LeftOut]:
    """Return what is said of a label and of scores of classes where there is no prediction."""
    if "prediction" in document:
        return set()
    return {LeftOut("label", Oddity.NOT_COMPARABLE), LeftOut("scores", Oddity.OTHER_CLASSES)}


def _check(kind: type[Prediction | Label], document: dict[str, Any], key: bytes | None) -> None:
    """What the event type accepts is taken whole; of what it refuses, some is taken in part."""
    row = _taken(kind, document, key)
    if _accepts(kind, document, key):
        assert row is not None
        allowed = _without_prediction(document)
        if any(document.get("version") == text for text in NO_TEXTS):
            allowed.add(LeftOut("version", Oddity.EMPTY))
        allowed |= {
            LeftOut(name, oddity)
            for name in ("prediction", "label")
            for oddity in (Oddity.EMPTY, Oddity.AMBIGUOUS, Oddity.NOT_FINITE)
            if type(document.get(name)) is str
        }
        assert set(row.left_out) <= allowed


@given(documents(PREDICTION), st.sampled_from([None, b"key"]))
def test_predictions_are_taken_where_their_event_type_takes_them(
    document: dict[str, Any], key: bytes | None
) -> None:
    _check(Prediction, document, key)


@given(documents(LABEL), st.sampled_from([None, b"key"]))
def test_labels_are_taken_where_their_event_type_takes_them(
    document: dict[str, Any], key: bytes | None
) -> None:
    _check(Label, document, key)


@given(st.sampled_from(sorted(PREDICTION)), VALUES, st.booleans())
def test_each_field_is_judged_as_by_its_event_type_also_from_bytes(
    name: str,
    value: Any,
    surrogate: bool,
) -> None:
    try:
        document = decode_object(as_bytes({**PREDICTION, name: value}, surrogate=surrogate))
    except NotTaken:
        return
    _check(Prediction, document, None)
    if name in LABEL:
        _check(Label, {**LABEL, name: document[name]}, None)


OPTIONAL = ("version", "timestamp", "scores", "segment", "label")


@given(st.fixed_dictionaries(dict.fromkeys(OPTIONAL, VALUES)))
def test_no_optional_field_costs_its_event(odd: dict[str, Any]) -> None:
    row = _row({**PREDICTION, **odd})
    assert row[:3:2] == (PREDICTION["prediction_id"], row.version)
    assert row.features == PREDICTION["features"]
    assert {left_out.field for left_out in row.left_out} <= set(OPTIONAL)


@pytest.mark.parametrize(
    ("field", "value", "oddity"),
    [
        ("version", "", "empty"),
        ("version", " null", "empty"),
        ("version", "NaN", "empty"),
        ("version", [], "mistyped"),
        ("version", True, "mistyped"),
        ("version", "v" * 250, "too_long"),
        ("timestamp", "", "empty"),
        ("timestamp", "yesterday", "unreadable"),
        ("timestamp", [], "mistyped"),
        ("scores", {"genuine": None}, "null"),
        ("scores", {"genuine": "high"}, "mistyped"),
        ("scores", {"genuine": float("nan")}, "not_finite"),
        ("scores", "NaN", "not_finite"),
        ("scores", "", "empty"),
        ("scores", [0.1, True], "mistyped"),
        ("scores", {"genuine": 0.7, "fraud": 0.6}, "not_one"),
        ("scores", [0.7, 0.6], "not_one"),
        ("scores", [0.2, 0.3], "not_one"),
        ("scores", {"fraud": 0.6, "other": 0.4}, "other_classes"),
        ("scores", {"fraud": 0.6}, "other_classes"),
        ("segment", "app", "mistyped"),
        ("segment", "", "empty"),
        ("segment", {"tags": ["a"]}, "mistyped"),
        ("segment", {"tier": float("inf")}, "not_finite"),
        ("label", {"a": 1}, "mistyped"),
        ("label", float("nan"), "not_finite"),
        ("prediction", float("nan"), "not_finite"),
    ],
)
def test_an_odd_field_is_left_out_and_named(field: str, value: Any, oddity: str) -> None:
    row = _row({**PREDICTION, "prediction": "genuine", field: value})
    assert row.left_out == [(field, oddity)]


@pytest.mark.parametrize("value", [None, {"channel": None}, {}])
def test_nothing_is_no_odd_segment(value: Any) -> None:
    assert _row({**PREDICTION, "segment": value}).left_out == []


def test_a_prediction_that_is_not_finite_waits_for_no_label_and_keeps_its_features() -> None:
    row = _row({**PREDICTION, "prediction": float("nan")})
    assert not row.can_be_joined
    assert row.features == PREDICTION["features"]


@pytest.mark.parametrize("label", [None, float("nan"), "", " ", [[None]], "[]", *NO_LABELS])
def test_a_label_that_is_not_known_yet_says_nothing(label: Any) -> None:
    with pytest.raises(NothingToSay) as skipped:
        label_row({**LABEL, "label": label}, key=None, record_time=0)
    assert skipped.value.silence is Silence.UNLABELLED
    with pytest.raises(NothingToSay):
        label_row({"prediction_id": "a"}, key=None, record_time=0)
    with pytest.raises(InvalidMessage, match="label: missing"):
        label_row({"truth": 1}, key=b"a", record_time=0)


def _row(document: dict[str, Any], **more: Any) -> Any:
    return prediction_row(document, **{"key": None, "record_time": 5, "most_features": 100, **more})


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ([[1]], 1),
        ("[1]", 1),
        ("[0.25, 0.75]", [0.25, 0.75]),
        (["0.1", "2"], [0.1, 2]),
        ([True, False], [1, 0]),
        (["89370400440532013000", 1], ["89370400440532013000", 1]),
        ("none", "none"),
        ("N/A", "N/A"),
    ],
)
def test_an_outcome_is_read_in_the_forms_in_which_it_is_written(label: Any, expected: Any) -> None:
    row = label_row({**LABEL, "label": label, "prediction": label}, key=None, record_time=0)
    assert (row.label, row.prediction, row.left_out) == (expected, expected, [])
    made = prediction_row(
        {**PREDICTION, "prediction": label, "scores": None},
        key=None,
        record_time=0,
        most_features=9,
    )
    assert (made.prediction, made.can_be_joined) == (expected, True)


@pytest.mark.parametrize("nothing", [None, "", " ", "null", "None", "nan", "<NA>"])
def test_an_id_that_says_nothing_is_that_of_the_key(nothing: str | None) -> None:
    document = {**LABEL, "prediction_id": nothing}
    assert label_row(document, key=b"a", record_time=0).prediction_id == "a"
    for key in (None, b"", b"null", b" NaN"):
        with pytest.raises(InvalidMessage, match="prediction_id: missing"):
            label_row(document, key=key, record_time=0)


def test_ids_and_names_go_without_the_spaces_of_columns_of_a_fixed_width() -> None:
    padded = {"prediction_id": "p-1  ", "model": " fraud", "version": "3 "}
    row = prediction_row({**PREDICTION, **padded}, key=None, record_time=0, most_features=9)
    assert (row.prediction_id, row.model, row.version) == ("p-1", "fraud", "3")
    assert label_row({"label": 1}, key=b"p-1  ", record_time=0).prediction_id == "p-1"


def test_a_prediction_becomes_a_row() -> None:
    row = _row(PREDICTION)
    assert (row.prediction_id, row.model, row.version) == ("p-1", "fraud", "3")
    assert row.time == 1_772_366_400_000
    assert row.features == PREDICTION["features"]
    assert (row.prediction, row.score, row.label) == ("genuine", 0.75, "fraud")


def test_null_and_absent_optional_fields_are_the_same() -> None:
    required = {name: PREDICTION[name] for name in ("model", "features", "prediction")}
    nulls = {**dict.fromkeys(PREDICTION), **required}
    rows = [_row(document, key=b"from-key") for document in (required, nulls)]
    assert rows[0] == rows[1]
    assert rows[0].prediction_id == "from-key"
    assert rows[0].version == "unversioned"
    assert (rows[0].time, rows[0].score, rows[0].label) == (5, None, None)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (None, Reason.MISSING_FIELD),
        (b"", Reason.MISSING_FIELD),
        (b"\xff", Reason.MISSING_FIELD),
        (b"k" * 250, Reason.INVALID_VALUE),
    ],
)
def test_a_key_that_is_no_id_is_refused_where_it_is_needed(
    key: bytes | None, reason: Reason
) -> None:
    with pytest.raises(InvalidMessage) as refused:
        _row({**PREDICTION, "prediction_id": None}, key=key)
    assert refused.value.reason is reason
    assert _row(PREDICTION, key=key).prediction_id == "p-1"


@pytest.mark.parametrize(
    ("record_time", "time"),
    [(-1, 0), (-(2**63), 0), (1_772_366_400_000, 1_772_366_400_000), (2**63 - 1, LATEST_MS)],
)
def test_a_records_own_time_is_kept_within_what_can_be_written(record_time: int, time: int) -> None:
    assert _row({**PREDICTION, "timestamp": None}, record_time=record_time).time == time
    label = label_row({**LABEL, "timestamp": None}, key=None, record_time=record_time)
    assert label.time == time


def test_too_many_features_are_refused() -> None:
    with pytest.raises(InvalidMessage) as refused:
        _row(PREDICTION, most_features=3)
    assert refused.value.reason is Reason.TOO_MANY_FEATURES
    assert "4 features" in refused.value.detail


@pytest.mark.parametrize(
    ("prediction", "scores", "score"),
    [
        ("a", {"a": 0.2, "b": 0.8}, 0.2),
        (None, {"a": 0.2, "b": 0.8}, 0.8),
        ("c", {"a": 0.2, "b": 0.8}, None),
        ("a", {"a": 0.2, "b": 0.3}, 0.2),
        ("a", {"a": 0.7, "b": 0.6}, None),
        ("a", {"a": 3.5, "b": -1.0}, 3.5),
        (0, [0.2, 0.3], None),
        (0, [2.5, -0.3], 2.5),
        (True, {"true": 0.3, "false": 0.7}, 0.3),
        (1, {"0": 0.9, "1": 0.1}, 0.1),
        ("a", {}, None),
        ("1.0", {"0": 0.9, "1": 0.1}, 0.1),
        (True, {"False": 0.7, "True": 0.3}, 0.3),
        (1, [0.2, 0.8], 0.8),
        (0, [[0.2, 0.8]], 0.2),
        ("c", [0.2, 0.8], 0.8),
        (1, 0.6, 0.6),
        (1, "0.6", 0.6),
        (1, {"0": None, "1": "0.25"}, 0.25),
        (0, {"0": None, "1": 0.25}, None),
        (1, [], None),
        ("a", {"a": 1}, 1.0),
    ],
)
def test_the_score_is_that_of_the_predicted_class_or_the_highest_where_there_is_none(
    prediction: Any, scores: Any, score: float | None
) -> None:
    row = _row({**PREDICTION, "prediction": prediction, "scores": scores})
    assert row.score == score
    assert row.score is None or type(row.score) is float


def test_a_field_is_found_where_the_map_says() -> None:
    mapping = FieldMap(
        {"features": "payload.inputs", "prediction_id": "meta.id", "label": "payload.truth"},
        model="fallback",
    )
    document = {
        "meta": {"id": "deep"},
        "payload": {"inputs": {"x": 1}, "truth": None},
        "label": "not this one",
        "prediction": 1,
        "model": None,
    }
    named = mapping.apply(document)
    row = _row(named)
    assert (row.prediction_id, row.model, row.features) == ("deep", "fallback", {"x": 1})
    assert row.label is None
    assert "features" not in document
    assert mapping.apply({**document, "model": "own"})["model"] == "own"


@given(VALUES, st.lists(st.sampled_from(["a", "b", "0", ""]), min_size=1, max_size=3))
def test_a_path_that_leads_nowhere_leaves_the_field_absent(value: Any, steps: list[str]) -> None:
    named = FieldMap({"features": ".".join(steps)}).apply({"x": value, "features": {}})
    assert "features" not in named


def test_without_a_map_the_document_is_not_copied() -> None:
    assert FieldMap().apply(PREDICTION) is PREDICTION


def test_the_score_of_a_class_goes_by_the_spellings_of_its_model() -> None:
    loose = Declared(spellings=Spellings(ignore_case=True))
    declarations = Declarations(models={"fraud": loose})
    document = {**PREDICTION, "prediction": "FRAUD", "scores": {"fraud": 0.1, "genuine": 0.9}}
    for model, score in (("fraud", 0.1), ("churn", None)):
        row = _row({**document, "model": model}, declarations=declarations)
        assert row.score == score


_PETS = Declarations(models={"fraud": Declared(class_names=("cat", "dog", "7.0"))})


@pytest.mark.parametrize(
    ("prediction", "scores", "score"),
    [
        ("cat", [0.1, 0.7, 0.2], 0.1),
        (" dog", ["0.1", "0.7", "0.2"], 0.7),
        (7, [[0.1, 0.7, 0.2]], 0.2),
        ("cat", {"cat": 0.4, "dog": 0.6}, 0.4),
        ("cat", 0.9, 0.9),
        ([0.2, 0.1, 0.7], None, 0.7),
        ([0.2, 0.1, 0.7], [0.3, 0.1, 0.6], 0.6),
    ],
)
def test_a_list_has_the_classes_that_the_settings_name(
    prediction: Any, scores: Any, score: float
) -> None:
    document = {**PREDICTION, "prediction": prediction, "scores": scores}
    row = _row(document, declarations=_PETS)
    assert (row.score, row.left_out) == (score, [])


@pytest.mark.parametrize(
    ("prediction", "scores", "field", "score"),
    [
        ("cat", [0.1, 0.9], "scores", None),
        ("cat", [0.1, 0.2, 0.3, 0.4], "scores", None),
        ([0.1, 0.9], None, "prediction", None),
        ([0.25] * 4, {"0": 0.5}, "prediction", 0.5),
    ],
)
def test_a_list_of_another_length_is_left_out_and_counted(
    prediction: Any, scores: Any, field: str, score: float | None
) -> None:
    document = {**PREDICTION, "prediction": prediction, "scores": scores}
    row = _row(document, declarations=_PETS)
    assert (row.score, row.left_out) == (score, [LeftOut(field, Oddity.WRONG_LENGTH)])
    assert not _row({**document, "model": "other"}, declarations=_PETS).left_out


def test_a_list_that_has_not_the_predicted_class_is_left_out_and_counted() -> None:
    document = {**PREDICTION, "prediction": "horse", "scores": [0.2, 0.1, 0.7]}
    row = _row(document, declarations=_PETS)
    assert (row.score, row.left_out) == (None, [LeftOut("scores", Oddity.OTHER_CLASSES)])


def test_the_likeliest_class_is_watched_by_its_name() -> None:
    rows = [
        _row({**PREDICTION, "prediction": each, "scores": None}, declarations=_PETS)
        for each in ([0.2, 0.8, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0])
    ]
    columns = {each.name: each for each in prediction_columns(rows, _PETS.of("fraud"))}
    names = columns["prediction"].categories
    assert [names[code] for code in columns["prediction"].values.tolist()] == ["dog", "cat", "7"]


@pytest.mark.parametrize("margin", ["\r\n", "\t", "\xa0", "\ufeff", "\u3000", "\u200b", " \r"])
def test_white_space_of_any_kind_is_no_part_of_ids_and_names(margin: str) -> None:
    padded = {"prediction_id": f"p-1{margin}", "model": f"{margin}fraud", "version": f"3{margin}"}
    row = prediction_row({**PREDICTION, **padded}, key=None, record_time=0, most_features=9)
    assert (row.prediction_id, row.model, row.version) == ("p-1", "fraud", "3")
    key = f"p-1{margin}".encode()
    assert label_row({"label": 1}, key=key, record_time=0).prediction_id == "p-1"


def test_a_text_that_ends_a_line_is_no_whole_number_of_its_bytes() -> None:
    assert label_row({"label": 1}, key=b"p-1\r", record_time=0).prediction_id == "p-1"
    assert label_row({"label": 1}, key=b"p-1234\r\n", record_time=0).prediction_id == "p-1234"
    assert label_row({"label": 1}, key=bytes(7) + b"\r", record_time=0).prediction_id == "13"
