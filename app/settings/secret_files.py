"""Files that settings name: secrets, certificates and keys."""

from pathlib import Path
from typing import Final

from app.regular_file import contents
from app.settings.section import expected

_LARGEST_FILE: Final = 10_000_000
"""Bytes of a file of certificates; those of all public authorities take a quarter of a million."""

_LARGEST_SECRET: Final = 65_536
"""Bytes of a file that holds a password; brokers take far shorter ones."""


def check_readable(path: Path, *, is_secret: bool) -> None:
    """Read a file for a validator, which passes on what is raised here."""
    try:
        contents(path, _LARGEST_SECRET if is_secret else _LARGEST_FILE)
    except OSError as error:
        raise expected(f"a file that can be read ({error.strerror})") from None


def secret_in(path: Path) -> str:
    """Return the secret in a file, without a line end at its end.

    Raises
    ------
    OSError
        If the file cannot be read any more.
    ValueError
        If it is no text.
    """
    return contents(path, _LARGEST_SECRET).decode().rstrip("\r\n")
