from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import MlflowSettings


def made(**given: object) -> MlflowSettings:
    base: dict[str, object] = {"tracking_uri": "http://mlflow:5000", "models": {"fraud": "fraud"}}
    return MlflowSettings.model_validate({**base, **given})


def places(**given: object) -> list[str]:
    with pytest.raises(ValidationError) as error:
        made(**given)
    return [".".join(map(str, each["loc"])) for each in error.value.errors()]


def test_nothing_is_followed_by_default() -> None:
    assert MlflowSettings().tracking_uri is None


@pytest.mark.parametrize(
    "address",
    [
        "http://mlflow",
        "https://mlflow.example.org/ml/flow/",
        "http://[::1]:5000",
        "http://10.0.0.1",
    ],
)
def test_addresses_of_servers_are_taken(address: str) -> None:
    assert made(tracking_uri=address).tracking_uri == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "mlflow:5000",
        "databricks://profile",
        "sqlite:///mlflow.db",
        "http://",
        "http://mlflow:0",
        "http://mlflow:99999",
        "http://mlflow?x=1",
        "http://user:secret@mlflow",
        "http://token@mlflow",
        "http://mlflow/ path",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    assert places(tracking_uri=address)[0] == "tracking_uri"


def test_an_address_without_models_is_refused() -> None:
    assert places(models={}) == ["models"]


def test_models_without_an_address_are_refused() -> None:
    assert places(tracking_uri=None) == ["models"]


def test_two_models_cannot_be_one_registered_model() -> None:
    # Its one tag says what was told: the second model would never be told of an alias.
    twins = {"fraud": "fraud", "fraud-eu": "fraud", "churn": "churn"}
    with pytest.raises(ValidationError) as error:
        made(models=twins)
    (found,) = error.value.errors()
    assert found["loc"] == ("models",)
    told = [(each.path, each.expected) for each in found["ctx"]["details"]]
    assert told == [(("fraud-eu",), "each registered model once; 'fraud' has it")]


def test_one_alias_cannot_be_both() -> None:
    assert places(champion="prod", challenger="prod") == ["challenger"]


@pytest.mark.parametrize("template", ["{number}", "v{number}", "{run_id}", "{{{number}}}"])
def test_names_of_versions_have_one_place(template: str) -> None:
    assert made(version_name=template).version_name == template


@pytest.mark.parametrize(
    "template",
    ["", "v3", "{}", "{name}", "{number", "{number}{run_id}", "{number!r}", "{number:>9999999}"],
)
def test_other_names_of_versions_are_refused(template: str) -> None:
    assert places(version_name=template) == ["version_name"]


def test_a_token_and_a_user_are_one_too_many(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("secret")
    assert places(token_file=path, username="me", password_file=path) == ["username"]
    assert places(username="me") == ["password_file"]
    assert places(password_file=path) == ["password_file"]
    assert places(username="a:b", password_file=path) == ["username"]
    assert places(token_file=tmp_path / "none") == ["token_file"]
