"""An MLflow registry: what its aliases say is followed, and its versions are told of."""

import re
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Annotated, Final

from pydantic import Field, ValidationInfo, field_validator

from app.credentials import holds_credentials
from app.settings.secret_files import PemFile, SecretFile
from app.settings.section import Detail, Section, details, expected, missing

_URI: Final = re.compile(
    r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?", re.ASCII
)
_ALIAS: Final = r"^[A-Za-z0-9_-]{1,255}$"
"""As MLflow has them."""

PLACES: Final = frozenset({"number", "run_id"})
"""What the name of a version can be made of."""

ModelName = Annotated[str, Field(min_length=1, max_length=249)]
RegisteredName = Annotated[str, Field(min_length=1, max_length=256)]
AliasName = Annotated[str, Field(pattern=_ALIAS)]


class MlflowSettings(Section):
    """An MLflow registry whose aliases say what serves; nothing is done without `tracking_uri`."""

    tracking_uri: str | None = None
    """Where MLflow's server is: `https://mlflow.example.org`, with a path where it has one."""

    models: Mapping[ModelName, RegisteredName] = {}
    """The models that are followed: the name in their predictions, and the registered model's, one
    for each, as its tags say what was told and found of it."""

    champion: AliasName = "champion"
    """The alias of the version that serves."""

    challenger: AliasName = "challenger"
    """The alias of the version that serves beside it."""

    version_name: str = "{number}"
    """What predictions have as the `version`: `{number}` of the registered version, such as `3`,
    `v{number}`, or `{run_id}`. A tag `driftline.version` of a registered version says otherwise for
    that one."""

    write_verdicts: bool = True
    """Whether versions get tags `driftline.*` that say how Driftline finds them."""

    interval_seconds: float = Field(default=60.0, ge=1, le=86400)
    """How often aliases are looked at; failures make it longer, up to a quarter of an hour."""

    timeout_seconds: float = Field(default=10.0, gt=0, le=300)
    """Until a request fails."""

    token_file: SecretFile | None = None
    """File that holds the bearer token which MLflow, or the proxy before it, asks for."""

    username: str | None = None
    """The user, where MLflow asks for a user and a password."""

    password_file: SecretFile | None = None
    """File that holds the user's password; a line end at its end is dropped."""

    ssl_cafile: PemFile | None = None
    """PEM file of the authorities to trust; the system's where absent."""

    webhook_secret_file: SecretFile | None = None
    """File that holds the secret of MLflow's webhook; without one, webhooks are not taken."""

    @field_validator("tracking_uri")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if holds_credentials(value) or "@" in value:
            raise expected("an address alone: the user belongs in username, the password in a file")
        match = _URI.fullmatch(value)
        if match is None or not 0 < int((match[2] or ":80")[1:]) < 65536:
            raise expected("http://host[:port][/path] or https://..., of an MLflow server")
        return value.rstrip("/")

    @field_validator("models")
    @classmethod
    def _some(cls, value: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
        if not value and info.data.get("tracking_uri") is not None:
            raise missing("at least one model, as there is a tracking_uri")
        if value and "tracking_uri" in info.data and info.data["tracking_uri"] is None:
            raise expected("none without a tracking_uri, which says where they are registered")
        first: dict[str, str] = {}
        problems = [
            Detail((model,), repr(name), f"each registered model once; {first[name]!r} has it")
            for model, name in value.items()
            if first.setdefault(name, model) != model
        ]
        if problems:
            raise details(problems)
        return value

    @field_validator("challenger")
    @classmethod
    def _another(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("champion"):
            raise expected("another alias than the champion's")
        return value

    @field_validator("version_name")
    @classmethod
    def _template(cls, value: str) -> str:
        try:
            parts = list(Formatter().parse(value))
        except ValueError:
            parts = []
        places = [name for _, name, form, conversion in parts if name is not None]
        plain = all(not form and conversion is None for _, _, form, conversion in parts)
        if len(places) != 1 or not plain or places[0] not in PLACES:
            raise expected("{number} or {run_id} once, with other text around it or none")
        return value

    @field_validator("username")
    @classmethod
    def _one_way(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("token_file") is not None:
            raise expected("nothing, as there is a token_file: MLflow takes one or the other")
        if value is not None and (":" in value or not value.isprintable()):
            raise expected("a name without a colon")
        return value

    @field_validator("password_file")
    @classmethod
    def _of_a_user(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        user = info.data.get("username", "")
        if value is None and user:
            raise missing("a file, as there is a username")
        if value is not None and user is None:
            raise expected("nothing, as there is no username")
        return value
