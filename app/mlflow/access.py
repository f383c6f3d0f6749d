"""What MLflow is shown of us, and what we believe of it: tokens, passwords, certificates."""

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from app.settings import InvalidConfiguration, MlflowSettings, Problem
from app.settings.secret_files import secret_in

_SHORTEST_SECRET: Final = 8
"""Characters of a webhook's secret: a shorter one is guessed from a single delivery."""


@dataclass(frozen=True, slots=True)
class MlflowAccess:
    """How MLflow's server is asked.

    Attributes
    ----------
    address
        Where it is, without a slash at its end.
    timeout
        Seconds until a request fails.
    headers
        With the authorization, where one is needed.
    tls
        What certificates are believed; None for plain HTTP.
    """

    address: str
    timeout: float = 10.0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)


def mlflow_access(settings: MlflowSettings) -> MlflowAccess | None:
    """Read the secrets and certificates; None where there is no MLflow.

    Raises
    ------
    InvalidConfiguration
        With all that is wrong with them.
    """
    if settings.tracking_uri is None:
        return None
    problems: list[Problem] = []
    headers = _authorization(settings, problems)
    tls = _tls(settings, problems)
    _webhook_secret(settings, problems)
    if problems:
        raise InvalidConfiguration(problems)
    return MlflowAccess(settings.tracking_uri, settings.timeout_seconds, headers, tls)


def webhook_secret(settings: MlflowSettings) -> bytes | None:
    """Return the secret of webhooks; None where they are not taken. Raises as `mlflow_access`."""
    problems: list[Problem] = []
    secret = _webhook_secret(settings, problems)
    if problems:
        raise InvalidConfiguration(problems)
    return secret


def _authorization(settings: MlflowSettings, problems: list[Problem]) -> dict[str, str]:
    if settings.token_file is not None:
        token = _secret(settings, "token_file", 1, problems)
        return {"Authorization": f"Bearer {token}"}
    if settings.username is not None and settings.password_file is not None:
        password = _secret(settings, "password_file", 1, problems)
        shown = base64.b64encode(f"{settings.username}:{password}".encode()).decode()
        return {"Authorization": f"Basic {shown}"}
    return {}


def _webhook_secret(settings: MlflowSettings, problems: list[Problem]) -> bytes | None:
    if settings.webhook_secret_file is None:
        return None
    return _secret(settings, "webhook_secret_file", _SHORTEST_SECRET, problems).encode()


def _secret(settings: MlflowSettings, name: str, shortest: int, problems: list[Problem]) -> str:
    try:
        secret = secret_in(getattr(settings, name))
    except (OSError, ValueError):
        secret = ""
    if len(secret) < shortest or not secret.isprintable():
        wanted = f"one line of at least {shortest} printable characters"
        problems.append(Problem(f"mlflow.{name}", "a file that holds no such secret", wanted))
        return ""
    return secret


def _tls(settings: MlflowSettings, problems: list[Problem]) -> ssl.SSLContext | None:
    if not (settings.tracking_uri or "").startswith("https:"):
        return None
    try:
        return ssl.create_default_context(cafile=settings.ssl_cafile)
    except (OSError, ValueError) as error:
        reason = error.reason if isinstance(error, ssl.SSLError) else type(error).__name__
        found = f"a file that cannot be used ({reason})"
        problems.append(Problem("mlflow.ssl_cafile", found, "a PEM file of certificates"))
        return None
