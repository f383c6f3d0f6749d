from typing import Any

import pytest

from schemas.documents.examples import DRIFT_ALERT, MODEL_ALERT
from schemas.events.any_alert import decode_alert
from schemas.events.invalid import InvalidMessage
from schemas.events.model_alert import MOST_LISTED, ModelAlert


def alert(**more: Any) -> ModelAlert:
    decoded = decode_alert({**MODEL_ALERT, **more})
    assert isinstance(decoded, ModelAlert)
    return decoded


def test_it_is_about_several_columns_and_names_each() -> None:
    column = MODEL_ALERT["columns"][0]
    told = alert(columns=[column, {**column, "feature": "age"}])
    assert (told.subject, told.subjects) == ("several columns", ["amount", "age"])
    assert (told.found_by, told.since) == ("joint", "2026-03-01T12:00:29.000Z")


def test_other_alerts_are_about_what_they_name() -> None:
    drift = decode_alert(DRIFT_ALERT)
    assert drift.subjects == [drift.subject]


@pytest.mark.parametrize("count", [0, MOST_LISTED + 1])
def test_it_lists_at_least_one_column_and_no_more_than_a_broker_takes(count: int) -> None:
    with pytest.raises(InvalidMessage):
        alert(columns=MODEL_ALERT["columns"] * count)
