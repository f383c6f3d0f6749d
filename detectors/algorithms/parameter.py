"""A detector's parameter: its default, its type and its range, checked before anything is built."""

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, TypeAlias

Value: TypeAlias = float | int | str | bool
"""What a parameter can be; the values of a detector's ``parameters``."""

Input: TypeAlias = Literal["real", "binary"]
"""What a detector takes: any finite numbers, or 0 and 1 only."""

_NAMES: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
}


class InvalidDetector(ValueError):
    """A detector cannot be built: an unknown kind, or parameters it does not take.

    Attributes
    ----------
    problems
        Every problem found, each with the parameter's name and what was expected.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Parameter:
    """What one parameter may be.

    Attributes
    ----------
    type
        ``float`` (takes whole numbers too), ``int``, ``str`` or ``bool``.
    default
        The value in force when none is given; None for an optional parameter without one.
    text
        One sentence for documentation and error messages.
    low, high
        Bounds of a number; infinite where there is none.
    open_low, open_high
        Whether the bound itself is excluded.
    choices
        The texts accepted; empty for any.
    """

    type: type
    default: Value | None
    text: str
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    choices: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What is accepted, in words: ``a number in (0, 1]``."""
        if self.choices:
            return "one of " + ", ".join(repr(choice) for choice in self.choices)
        words = _NAMES[self.type]
        if math.isfinite(self.low) and math.isfinite(self.high):
            left, right = "(" if self.open_low else "[", ")" if self.open_high else "]"
            return f"{words} in {left}{self.low:.10g}, {self.high:.10g}{right}"
        if math.isfinite(self.low):
            return f"{words} {'above' if self.open_low else 'of at least'} {self.low:g}"
        return words

    def accepts(self, value: object) -> bool:
        """Tell whether a value has the type and lies in the range."""
        if self.type in {bool, str}:
            return type(value) is self.type and (not self.choices or value in self.choices)
        # bool is an int to Python, never to the author of a configuration file.
        numbers = (int, float) if self.type is float else (int,)
        if isinstance(value, bool) or not isinstance(value, numbers):
            return False
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above and below and abs(value) <= sys.float_info.max


def checked(
    kind: str, parameters: Mapping[str, Parameter], given: Mapping[str, object]
) -> dict[str, Value]:
    """Return all parameters in force, those given over the defaults.

    Parameters
    ----------
    kind
        The detector's kind, for the error message.
    parameters
        What the detector takes, by name.
    given
        What was asked for, by name.

    Raises
    ------
    InvalidDetector
        With every unknown name, wrong type and value out of range.
    """
    problems = [
        f"{kind}: unknown parameter {name!r}, {_instead(name, parameters)}"
        for name in given
        if name not in parameters
    ]
    problems += [
        f"{kind}: {name} is {given[name]!r}, expected {parameter.expected}"
        for name, parameter in parameters.items()
        if name in given and not parameter.accepts(given[name])
    ]
    if problems:
        raise InvalidDetector(tuple(problems))
    in_force = {name: given.get(name, each.default) for name, each in parameters.items()}
    return {
        # A number given as 1 is 1.0 ever after, so that equal settings have equal states.
        name: parameters[name].type(value)
        for name, value in in_force.items()
        if value is not None
    }


def _instead(name: str, parameters: Mapping[str, Parameter]) -> str:
    close = get_close_matches(name, parameters, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return "expected one of: " + (", ".join(parameters) or "none")
