"""The list of exit codes at the end of a command's help."""

from collections.abc import Callable, Mapping
from inspect import getdoc
from typing import Any, Final, TypeVar

from app.worker.exit_codes import ExitCode

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

OF_ALL: Final = (ExitCode.CONFIGURATION, ExitCode.UNREACHABLE, ExitCode.DENIED)
"""How every command may end that has settings and asks brokers."""


def exits(
    *codes: ExitCode, said: Mapping[ExitCode, str] | None = None
) -> Callable[[CommandT], CommandT]:
    """Add exit codes to a command's help; the innermost decorator of its function.

    Parameters
    ----------
    codes
        How it may end.
    said
        The same, where the command has something more exact to say than `ExitCode.meaning`.
    """
    meanings = {code: code.meaning for code in codes} | dict(said or {})
    listed = "; ".join(f"{int(code)} {meanings[code]}" for code in sorted(meanings))

    def describe(command: CommandT) -> CommandT:
        command.__doc__ = f"{getdoc(command)}\n\nExit codes: {listed}."
        return command

    return describe
