"""Files that settings name: secrets, certificates and keys."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator

from app.regular_file import contents
from app.settings.section import expected

_LARGEST_FILE: Final = 10_000_000
"""Bytes of a file of certificates; those of all public authorities take a quarter of a million."""

_LARGEST_SECRET: Final = 65_536
"""Bytes of a file that holds a password; brokers take far shorter ones."""


def _readable(largest: int) -> AfterValidator:
    def check(path: Path) -> Path:
        try:
            contents(path, largest)
        except OSError as error:
            raise expected(f"a file that can be read ({error.strerror})") from None
        return path

    return AfterValidator(check)


SecretFile = Annotated[Path, _readable(_LARGEST_SECRET)]
"""A file that holds a password, a token or the like, and can be read."""

PemFile = Annotated[Path, _readable(_LARGEST_FILE)]
"""A file of certificates or of a key, which can be read."""


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
