from pathlib import Path

import pytest

from app.settings import HttpSettings, KafkaSettings, MlflowSettings, Settings
from app.settings.exposed import exposed_secrets


@pytest.fixture
def open_folder(tmp_path: Path) -> Path:
    """A folder that all users may enter, from the root on."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path("/tmp"):  # noqa: S108 - where pytest's folders are
            break
        folder.chmod(0o755)
    return tmp_path


def said(path: Path, setting: str = "sasl_password_file", **others: Path) -> list[str]:
    values = {"bootstrap_servers": "kafka:9092", setting: path, **others}
    settings = Settings(kafka=KafkaSettings.model_validate(values))
    return [str(each) for each in exposed_secrets(settings)]


@pytest.mark.parametrize("setting", ["token_file", "ssl_certfile"])
def test_secrets_of_the_port_are_secrets_too(setting: str, open_folder: Path) -> None:
    kafka = KafkaSettings(bootstrap_servers="kafka:9092")
    http = HttpSettings.model_validate({setting: secret(open_folder, 0o644)})
    (warning,) = exposed_secrets(Settings(kafka=kafka, http=http))
    assert str(warning).startswith(f"http.{setting}: all users can read the secret")


@pytest.mark.parametrize("setting", ["token_file", "webhook_secret_file"])
def test_secrets_of_mlflow_are_secrets_too(setting: str, open_folder: Path) -> None:
    kafka = KafkaSettings(bootstrap_servers="kafka:9092")
    mlflow = MlflowSettings.model_validate({setting: secret(open_folder, 0o644)})
    (warning,) = exposed_secrets(Settings(kafka=kafka, mlflow=mlflow))
    assert str(warning).startswith(f"mlflow.{setting}: all users can read the secret")


def secret(folder: Path, mode: int) -> Path:
    path = folder / "password"
    path.write_text("hunter2")
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("mode", "readers"), [(0o644, "all users"), (0o404, "all users"), (0o640, "users of its group")]
)
def test_a_secret_that_others_can_read_is_told_with_its_mode(
    mode: int, readers: str, open_folder: Path
) -> None:
    path = secret(open_folder, mode)

    (warning,) = said(path)

    assert warning.startswith(
        f"kafka.sasl_password_file: {readers} can read the secret in {path} (mode {mode:04o})"
    )
    assert "hunter2" not in warning


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_secret_of_its_owner_alone_is_no_news(mode: int, open_folder: Path) -> None:
    assert not said(secret(open_folder, mode))


def test_a_folder_that_others_may_not_enter_keeps_them_out(open_folder: Path) -> None:
    folder = open_folder / "own"
    folder.mkdir(mode=0o700)
    assert not said(secret(folder, 0o604))


def test_of_a_link_counts_where_it_leads_and_its_own_name_is_told(open_folder: Path) -> None:
    (open_folder / "..data").symlink_to(open_folder)
    (open_folder / "link").symlink_to("..data/password")
    path = secret(open_folder, 0o444)

    (warning,) = said(open_folder / "link")

    assert str(open_folder / "link") in warning
    path.chmod(0o400)
    assert not said(open_folder / "link")


def test_certificates_are_no_secrets(open_folder: Path) -> None:
    assert not said(secret(open_folder, 0o644), "ssl_cafile")


def test_a_certificate_with_the_key_in_it_is_a_secret_and_one_beside_it_is_none(
    open_folder: Path,
) -> None:
    path = secret(open_folder, 0o644)
    assert len(said(path, "ssl_certfile")) == 1
    key = open_folder / "key"
    key.write_text("")
    key.chmod(0o600)
    assert not said(path, "ssl_certfile", ssl_keyfile=key)
