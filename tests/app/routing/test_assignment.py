"""The assignment of keys to versions: what the client that services copy answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.routing.assignment import point, version_of
from driftline_routing import Route
from tests.schemas.events.routes import document_of, route_of

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
VECTORS = json.loads((EXAMPLES / "routing_vectors.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["points"], ids=range(len(VECTORS["points"])))
def test_points_are_those_of_the_published_vectors(vector: dict[str, Any]) -> None:
    assert point(vector["salt"], vector["key"]) == vector["point"]


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=6).filter(any),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
)
def test_a_key_gets_the_version_that_the_client_gives_it(
    weights: list[int], key: str, salt: str
) -> None:
    shares = {f"v{number}": weight / sum(weights) for number, weight in enumerate(weights)}
    # A share of nothing is in a canary's route alone; an assignment must bear it in any.
    document = {**document_of("ab", **shares), "salt": salt}
    route = route_of().model_copy(update={"salt": salt})
    versions = [route.versions[0].model_copy(update=each) for each in document["versions"]]
    route = route.model_copy(update={"versions": versions})

    assert version_of(route, key) == Route.of(document).version_of(key)
