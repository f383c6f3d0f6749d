import pytest

from detectors.alerts.sighting import Sighting
from schemas.events.position import Position
from schemas.tables.columns import Role


def sighting(role: Role, *, offset: int = 7) -> Sighting:
    at = Position(topic="predictions", partition=0, offset=offset, time="2026-01-01T00:00:00Z")
    return Sighting("credit", "3", role, "income", critical=False, change_at=at, detected_at=at)


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        (Role.FEATURE, "Feature 'income' of credit 3"),
        (Role.PREDICTION, "The predictions of credit 3"),
        (Role.SCORE, "The scores of credit 3"),
        (Role.ERROR, "The errors of credit 3"),
    ],
)
def test_a_sentence_names_the_column_by_its_role(role: Role, subject: str) -> None:
    assert sighting(role).subject == subject


def test_ids_differ_by_column_by_what_was_found_and_by_row() -> None:
    ids = {
        sighting(Role.FEATURE).alert_id("adwin", "location"),
        sighting(Role.SCORE).alert_id("adwin", "location"),
        sighting(Role.FEATURE).alert_id("adwin", "spread"),
        sighting(Role.FEATURE, offset=8).alert_id("adwin", "location"),
    }
    assert len(ids) == 4
    assert sighting(Role.FEATURE).alert_id("adwin", "location") in ids
