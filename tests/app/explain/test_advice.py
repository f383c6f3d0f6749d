import json

import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.explain.advice import ANY_MODEL, advise
from app.settings import TopicRole
from schemas.documents import examples
from tests.app.explain.samples import foreign, sample_of, settings_with
from tests.schemas.documents_strategy import documents

PREDICTIONS, LABELS = TopicRole.PREDICTIONS, TopicRole.LABELS


def test_every_field_of_somebodys_own_form_is_found() -> None:
    records = sample_of(map(foreign, range(20))).records
    advice = advise(settings_with(), PREDICTIONS, records)
    assert advice is not None
    assert advice.settings == {
        "intake.prediction_fields": {
            "features": "payload.inputs",
            "prediction": "result.y_hat",
            "prediction_id": "trace_id",
            "timestamp": "created_at",
        },
        "intake.model": ANY_MODEL,
    }
    assert len(advice.records) == 20


def test_the_advice_can_be_set_as_it_is_and_then_nothing_is_left_to_say() -> None:
    records = sample_of(map(foreign, range(20))).records
    advice = advise(settings_with(), PREDICTIONS, records)
    assert advice is not None
    flags = {
        path.replace(".", "__"): yaml.safe_dump(value, default_flow_style=True)
        for path, value in advice.settings.items()
        if path != "intake.model"
    }
    settings = settings_with(**flags, intake__model="churn")
    assert advise(settings, PREDICTIONS, records) is None


def test_what_is_set_already_is_kept() -> None:
    records = sample_of(map(foreign, range(20))).records
    settings = settings_with(intake__prediction_fields="{prediction_id: result.y_hat}")
    advice = advise(settings, PREDICTIONS, records)
    assert advice is not None
    assert advice.settings["intake.prediction_fields"]["prediction"] == "result.y_hat"
    assert "prediction_id" in advice.settings["intake.prediction_fields"]


def test_a_date_in_features_or_in_what_was_predicted_is_no_event_time() -> None:
    line = {"prediction_id": "a", "model": "m", "prediction": {"date": "2026-03-01", "total": 1}}
    records = sample_of([line | {"features": {"date": "2026-03-02"}}]).records
    assert advise(settings_with(), PREDICTIONS, records) is None
    timed = line | {"features": {"x": 1}, "created": 1_772_366_400}
    advice = advise(settings_with(), PREDICTIONS, sample_of([timed]).records)
    assert advice is not None
    assert advice.settings == {"intake.prediction_fields": {"timestamp": "created"}}


def test_scores_are_looked_for_where_no_feature_and_no_other_field_stands() -> None:
    line = {"prediction_id": "a", "model": "m", "prediction": 1, "features": {"score": 0.5}}
    assert advise(settings_with(), PREDICTIONS, sample_of([line]).records) is None
    answer = {"prediction": {"label": "dog", "score": 0.9}}  # whose score is read already
    assert advise(settings_with(), PREDICTIONS, sample_of([line | answer]).records) is None
    advice = advise(settings_with(), PREDICTIONS, sample_of([line | {"confidence": 0.9}]).records)
    assert advice is not None
    assert advice.settings == {"intake.prediction_fields": {"scores": "confidence"}}


def test_what_a_server_of_models_logs_is_understood_but_for_the_names_of_its_fields() -> None:
    line = {
        "puid": "p1",
        "request": {"data": {"names": ["a", "b"], "ndarray": [[1, 2.5]]}},
        "response": {"data": {"names": ["t:0"], "ndarray": [[0.3]]}},
    }
    advice = advise(settings_with(), PREDICTIONS, sample_of([line]).records)
    assert advice is not None
    paths = advice.settings["intake.prediction_fields"]
    assert (paths["features"], paths["prediction"]) == ("request.data", "response")


def test_what_stands_beside_the_data_of_a_cloud_event_is_found_with_it() -> None:
    lines = [
        {
            "specversion": "1.0",
            "id": f"r{number}",
            "source": "http://localhost:9081/",
            "type": "org.kubeflow.serving.inference.request",
            "time": "2026-03-01T12:00:00Z",
            "inferenceservicename": "fraud",
            "data": {"instances": [[number, 2, 3]]},
        }
        for number in range(9)
    ]
    advice = advise(settings_with(), PREDICTIONS, sample_of(lines).records)
    assert advice is not None
    assert advice.settings["intake.prediction_fields"] == {
        "features": "data.instances",
        "timestamp": "time",
        "prediction_id": "id",
        "model": "inferenceservicename",
    }
    assert len(advice.records) == 9


def test_labels_have_places_of_their_own() -> None:
    lines = [{"order": number, "actual": "yes"} for number in range(9)]
    advice = advise(settings_with(), LABELS, sample_of(lines).records)
    assert advice is not None
    assert advice.settings == {"intake.label_fields": {"label": "actual", "prediction_id": "order"}}


def test_a_label_under_a_name_that_nobody_knows_is_where_the_only_number_is() -> None:
    lines = [{"prediction_id": f"a{n}", "ts": 1_772_366_400, "chargeback": True} for n in range(9)]
    advice = advise(settings_with(), LABELS, sample_of(lines).records)
    assert advice is not None
    assert advice.settings["intake.label_fields"]["label"] == "chargeback"
    assert len(advice.records) == 9
    several = [{"prediction_id": f"a{n}", "paid_back": True, "amount": n} for n in range(9)]
    assert advise(settings_with(), LABELS, sample_of(several).records) is None
    called = [{"prediction_id": f"a{n}", "verdict": "genuine", "amount": n} for n in range(9)]
    advice = advise(settings_with(), LABELS, sample_of(called).records)
    assert advice is not None
    assert advice.settings["intake.label_fields"]["label"] == "verdict"


def test_nothing_is_proposed_for_what_an_envelope_or_a_log_of_requests_has() -> None:
    event = {"prediction_id": "a", "amount": 1.5, "prediction": 1}
    request = {"instances": [{"amount": 1.5}]}
    for document in (
        {"op": "c", "before": None, "after": event, "source": {}},
        {"payload": event},
        {"prediction_id": "a", "request": request, "response": {"predictions": [1]}},
    ):
        records = sample_of([document] * 3).records
        assert advise(settings_with(intake__model="m"), PREDICTIONS, records) is None


def test_an_id_in_other_letters_is_proposed_though_the_key_would_do() -> None:
    events = [{"predictionId": f"p{n}", "amount": n, "prediction": 1} for n in range(3)]
    found = advise(settings_with(intake__model="m"), PREDICTIONS, sample_of(events).records)
    assert found is not None
    assert found.settings == {"intake.prediction_fields": {"prediction_id": "predictionId"}}


def test_there_is_nothing_to_say_of_what_is_understood_or_what_no_setting_mends() -> None:
    for lines in ([examples.PREDICTION] * 3, [b"{", b"[]"], [b"null"], []):
        assert advise(settings_with(), PREDICTIONS, sample_of(lines).records) is None
    event = sample_of([{"type": "rolled_back", "model": "m"}]).records
    assert advise(settings_with(), TopicRole.MODEL_EVENTS, event) is None


@given(st.lists(documents(examples.PREDICTION), min_size=1, max_size=4), st.booleans())
def test_advice_never_costs_a_record(found: list[dict[str, object]], as_labels: bool) -> None:
    lines = [json.dumps(each).encode() for each in found]
    role = LABELS if as_labels else PREDICTIONS
    records = sample_of(lines).records
    advice = advise(settings_with(), role, records)
    if advice is not None:
        again = advise(advice.adopted, role, records)
        assert again is None or len(again.records) >= len(advice.records)
