"""Why a broker did not let a client in, in words that name the setting to change."""

import ssl
from collections.abc import Iterator
from typing import Final

from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from app.settings import KafkaSettings

# OpenSSL's numbers of what can be wrong with a certificate (X509_V_ERR_*).
_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_OTHER_NAMES: Final = frozenset({62, 64})  # of a host, of an address


def refusal(error: BaseException, kafka: KafkaSettings, host: str) -> str | None:
    """Return why a broker will never let this client in; None of errors that may pass.

    Parameters
    ----------
    error
        What connecting, or the first request, raised.
    kafka
        What it was done with; no secret of it is in the answer.
    host
        The name by which the broker was called.
    """
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _distrust(cause, host)
        if isinstance(cause, ssl.SSLError) and "ALERT" in (cause.reason or ""):
            return _distrusted(cause, kafka)
    if isinstance(error, UnsupportedSaslMechanismError):
        return f"it does not take kafka.sasl_mechanism {kafka.sasl_mechanism}"
    if isinstance(error, IllegalSaslStateError):
        return (
            "it takes no user and password at this port: is kafka.security_protocol "
            f"{kafka.security_protocol} that of the listener?"
        )
    if isinstance(error, SaslAuthenticationFailed | AuthenticationFailedError):
        return (
            f"the user {kafka.sasl_username!r} or the password is wrong: see kafka.sasl_username, "
            "kafka.sasl_password_file (or kafka.sasl_password) and kafka.sasl_mechanism "
            f"({kafka.sasl_mechanism})"
        )
    return None


def hung_up(error: BaseException, kafka: KafkaSettings) -> str | None:
    """Return what to look at where a broker closed a new connection without a word, else None.

    A listener does so with a client that speaks another protocol; so may a broker that starts.
    """
    closed = isinstance(error, KafkaConnectionError | ConnectionResetError | EOFError)
    if closed or isinstance(error, ssl.SSLError):
        return (
            "closed the connection: is kafka.security_protocol "
            f"{kafka.security_protocol} that of the listener?"
        )
    return None


def _distrust(error: ssl.SSLCertVerificationError, host: str) -> str:
    said = error.verify_message.rstrip(".")
    if error.verify_code in {_EXPIRED, _NOT_YET_VALID}:
        return f"its certificate is not valid now ({said}): renew it, or set this machine's clock"
    if error.verify_code in _OTHER_NAMES:
        return (
            f"its certificate is not for {host}: name it in kafka.bootstrap_servers as its "
            "certificate does"
        )
    return (
        f"its certificate is not trusted ({said}): kafka.ssl_cafile must hold the authority that "
        "signed it"
    )


def _distrusted(error: ssl.SSLError, kafka: KafkaSettings) -> str:
    said = (error.reason or "").partition("ALERT_")[2].replace("_", " ").lower()
    if kafka.ssl_certfile is None:
        return f"it wants a client's certificate ({said}): set kafka.ssl_certfile"
    return f"it does not accept the certificate in kafka.ssl_certfile ({said})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
