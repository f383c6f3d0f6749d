"""The folder of waiting predictions: usable, or a clear error before anything starts."""

import tempfile

from app.settings import InvalidConfiguration, Problem, Settings


def check_pending_directory(settings: Settings) -> None:
    """Make the folder where it is not there, and write a file into it.

    Raises
    ------
    InvalidConfiguration
        If that cannot be done.
    """
    directory = settings.intake.pending.directory
    if directory is None:
        return
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory) as file:
            file.write(b"\0")
    except OSError as error:
        found = f"{str(directory)!r}, which cannot be written to ({error.strerror})"
        problem = Problem("intake.pending.directory", found, "a folder that can be written to")
        raise InvalidConfiguration([problem]) from None
