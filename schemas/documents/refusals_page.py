"""The page of the documentation that says which values are refused by name, and what to set."""

from typing import Final

from schemas.events.not_json import BEGINNINGS, MISTAKES

_TEXT: Final = """
# Values that are no JSON

What is JSON, or wrapped in one of the forms that [events](events.md) lists, is read. Of anything
else the dead letter names the cause, as far as the bytes tell it, and never repeats their content.

| what the value is | reason | what to do |
| --- | --- | --- |
"""
_MISTAKES: Final = """
## Nearly JSON

All of these are `undecodable`; the letter has the line and the column as well. A value that is not
UTF-8, or is cut within a character, is so too, with the place of the byte.

"""


def refusals_page() -> str:
    """Return the page: formats told by their first bytes, and the usual mistakes in JSON."""
    formats = (f"| {name} | `{reason}` | {advice} |\n" for _, reason, name, advice in BEGINNINGS)
    mistakes = dict.fromkeys(f"- {mistake}\n" for _, _, mistake in MISTAKES)
    return "".join([_TEXT, *formats, _MISTAKES, *mistakes])
