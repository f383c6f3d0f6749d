"""Credentials in text that is shown: addresses with a password in them, and what is named one."""

import re
from typing import Final

HIDDEN: Final = "***"

_WORD: Final = re.compile(r"""[^\s'"]+""")
_PORT: Final = re.compile(r":[0-9]{1,5}\b")
"""After a host: what stands before it is no address of a person."""

_NAMED: Final = re.compile(
    r"""(pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key)(\s?=\s?|%3D)(?!=)"""
    r"""("[^"]*"|'[^']*'|[^\s'",;&]+)""",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """Return a text without the passwords that stand in it by its look.

    Users and passwords before the host of an address, and what follows ``password=`` and the like.

    Examples
    --------
    >>> masked("no broker at SASL_SSL://app:hunter2@kafka:9092")
    'no broker at SASL_SSL://***@kafka:9092'
    >>> masked("required password=hunter2;")
    'required password=***;'
    >>> masked("mail to admin@example.org")
    'mail to admin@example.org'
    """
    if "@" in text:
        text = _WORD.sub(lambda match: _without_user(match.group()), text)
    return _NAMED.sub(rf"\1\2{HIDDEN}", text)


def holds_credentials(text: str) -> bool:
    """Tell whether a password stands in a text by its look."""
    return masked(text) != text


def _without_user(word: str) -> str:
    # A password may hold "/" and "@" itself: the host stands after the last one.
    before, at, host = word.rpartition("@")
    scheme, slashes, _ = before.partition("://")
    if not at or not (":" in before or _PORT.search(host)):
        return word
    is_scheme = bool(slashes) and ":" not in scheme
    return f"{scheme + slashes if is_scheme else ''}{HIDDEN}@{host}"
