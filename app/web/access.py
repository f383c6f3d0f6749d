"""Who may ask the worker's port: its bearer token and its certificate, from their files."""

import hmac
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.settings import HttpSettings, InvalidConfiguration, Problem
from app.settings.secret_files import secret_in

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]{16,4096}=*", re.ASCII)
_SCHEME: Final = "bearer "


@dataclass(frozen=True, slots=True)
class PortAccess:
    """What the port asks of a client, and what it shows of itself.

    Attributes
    ----------
    token
        None where none is asked for.
    tls
        None for plain HTTP.
    """

    token: bytes | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None

    def admits(self, headers: Sequence[str]) -> bool:
        """Tell whether the Authorization headers of a request hold the token.

        The time that it takes tells nothing of the token but its length.
        """
        if self.token is None:
            return True
        if len(headers) != 1 or headers[0][: len(_SCHEME)].lower() != _SCHEME:
            return False
        given = headers[0][len(_SCHEME) :].strip().encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, self.token)


def port_access(settings: HttpSettings) -> PortAccess:
    """Read the token and the certificate.

    Raises
    ------
    InvalidConfiguration
        With all that is wrong with them.
    """
    problems: list[Problem] = []
    token = _token(settings, problems)
    tls = _tls(settings, problems)
    if problems:
        raise InvalidConfiguration(problems)
    return PortAccess(token, tls)


def _token(settings: HttpSettings, problems: list[Problem]) -> bytes | None:
    if settings.token_file is None:
        return None
    try:
        token = secret_in(settings.token_file)
    except (OSError, ValueError):
        token = ""
    if _TOKEN.fullmatch(token) is None:
        found, wanted = "a file that holds no token", "16 to 4096 characters of base64 or hex alone"
        problems.append(Problem("http.token_file", found, wanted))
    return token.encode()


def _tls(settings: HttpSettings, problems: list[Problem]) -> ssl.SSLContext | None:
    if settings.ssl_certfile is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        # A password, or OpenSSL would ask for it on the terminal.
        context.load_cert_chain(settings.ssl_certfile, settings.ssl_keyfile, "")
    except (OSError, ValueError) as error:
        reason = error.reason if isinstance(error, ssl.SSLError) else None
        found = f"a file that cannot be used ({reason or type(error).__name__})"
        wanted = "a PEM certificate with its private key, which has no password"
        problems.append(Problem("http.ssl_certfile", found, wanted))
    return context
