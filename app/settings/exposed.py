"""Files of secrets that other users of the machine can read."""

import stat
from collections.abc import Iterator
from os import geteuid
from pathlib import Path
from typing import Final, NamedTuple

from app.settings.settings import Settings

_HELD: Final = (
    ("kafka", "sasl_password_file"),
    ("kafka", "ssl_keyfile"),
    ("kafka", "ssl_keyfile_password_file"),
    ("http", "token_file"),
    ("http", "ssl_keyfile"),
    ("mlflow", "token_file"),
    ("mlflow", "password_file"),
    ("mlflow", "webhook_secret_file"),
)
"""Settings that name files with secrets in them, by their sections."""


class ExposedSecret(NamedTuple):
    """A file with a secret that more users can read than need to.

    Attributes
    ----------
    setting
        That names it.
    path
        As the setting has it; it may be a link.
    mode
        Permissions of the file itself, as ``chmod`` takes them.
    readers
        In words.
    """

    setting: str
    path: Path
    mode: str
    readers: str

    def __str__(self) -> str:
        return (
            f"{self.setting}: {self.readers} can read the secret in {self.path} "
            f"(mode {self.mode}): chmod 600, or 440 with a group of its own"
        )


def exposed_secrets(settings: Settings) -> Iterator[ExposedSecret]:
    """Yield the files of secrets that others can read: worth a warning, never a refusal.

    Orchestrators mount secrets as files of root behind links, read by a group of the container or
    by all: whether somebody else is there to read them only people know. The file that a link leads
    to counts, and a folder on the way that others may not enter keeps them out. That a group can
    read it is no news unless this user owns the file: else it is how it is read.
    """
    held = list(_HELD)
    keys = {"kafka": settings.kafka.ssl_keyfile, "http": settings.http.ssl_keyfile}
    for section, keyfile in keys.items():
        if keyfile is None:  # without a file of its own the key stands in the certificate's
            held.append((section, "ssl_certfile"))
    for section, name in held:
        path: Path | None = getattr(getattr(settings, section), name)
        if path is None:
            continue
        try:
            found = path.resolve(strict=True)
            status = found.stat()
            if status.st_mode & stat.S_IROTH and _all_may_enter(found.parent):
                readers = "all users"
            elif status.st_mode & stat.S_IRGRP and status.st_uid == geteuid():
                readers = "users of its group"
            else:
                continue
        except OSError:
            continue  # whoever reads it says so
        mode = f"{stat.S_IMODE(status.st_mode):04o}"
        yield ExposedSecret(f"{section}.{name}", path, mode, readers)


def _all_may_enter(folder: Path) -> bool:
    return all(each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.parents))
