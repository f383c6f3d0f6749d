from pathlib import Path

import pytest

from app.mlflow.access import mlflow_access, webhook_secret
from app.settings import InvalidConfiguration, MlflowSettings


def settings(address: str = "http://mlflow:5000", **others: object) -> MlflowSettings:
    given = {"tracking_uri": address, "models": {"fraud": "fraud"}, **others}
    return MlflowSettings.model_validate(given)


def secret(folder: Path, text: str, name: str = "secret") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_without_an_address_there_is_no_mlflow() -> None:
    assert mlflow_access(MlflowSettings()) is None


def test_a_token_is_shown_as_a_bearer_and_never_printed(tmp_path: Path) -> None:
    access = mlflow_access(settings(token_file=secret(tmp_path, "hunter2\n")))
    assert access is not None
    assert access.headers == {"Authorization": "Bearer hunter2"}
    assert "hunter2" not in repr(access)
    assert access.tls is None


def test_a_user_is_shown_with_the_password(tmp_path: Path) -> None:
    path = secret(tmp_path, "pässword")
    access = mlflow_access(settings(username="driftline", password_file=path))
    assert access is not None
    assert access.headers == {"Authorization": "Basic ZHJpZnRsaW5lOnDDpHNzd29yZA=="}


def test_certificates_are_believed_for_https_alone() -> None:
    access = mlflow_access(settings("https://mlflow"))
    assert access is not None
    assert access.tls is not None


def test_everything_that_cannot_be_used_is_told_at_once(tmp_path: Path) -> None:
    wrong = settings(
        "https://mlflow",
        token_file=secret(tmp_path, "", "token"),
        ssl_cafile=secret(tmp_path, "no certificate", "authorities"),
        webhook_secret_file=secret(tmp_path, "short", "webhook"),
    )
    with pytest.raises(InvalidConfiguration) as error:
        mlflow_access(wrong)
    assert [each.path for each in error.value.problems] == [
        "mlflow.token_file",
        "mlflow.ssl_cafile",
        "mlflow.webhook_secret_file",
    ]


@pytest.mark.parametrize("text", ["two\nlines", "a\rb", "\x00token"])
def test_a_secret_of_several_lines_is_refused_as_it_would_make_headers(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(InvalidConfiguration, match=r"mlflow\.token_file"):
        mlflow_access(settings(token_file=secret(tmp_path, text)))


def test_webhooks_have_their_secret(tmp_path: Path) -> None:
    assert webhook_secret(settings()) is None
    chosen = settings(webhook_secret_file=secret(tmp_path, "a long secret\n"))
    assert webhook_secret(chosen) == b"a long secret"
    with pytest.raises(InvalidConfiguration):
        webhook_secret(settings(webhook_secret_file=secret(tmp_path, "short")))
