"""What is wrong with the form of a YAML document, in words, without any text of the document."""

import re
from typing import Final, NamedTuple

import yaml
from yaml.reader import ReaderError


class FormError(NamedTuple):
    """The line of a document where its form is wrong, what is there, and what should be."""

    line: int
    found: str
    expected: str


_QUOTES: Final = "quotes around the value"

_BEGUN: Final = {
    "while scanning a quoted scalar": ("a quote that is not closed", "a quote at its end"),
    "while scanning a simple key": ("text that is neither a key nor a value", "a key and a colon"),
    "while parsing a flow mapping": (
        "a mapping in braces that breaks off",
        "entries with commas between them, then '}'",
    ),
    "while parsing a flow sequence": (
        "a list in brackets that breaks off",
        "items with commas between them, then ']'",
    ),
    "while parsing a flow node": ("a bracket or brace that is not closed", "']' or '}' at its end"),
}
"""By what PyYAML had begun to read; the line is the one where it began."""

_MET: Final = (
    ("nested too deeply", "lists and mappings too deep within each other", "flatter ones"),
    (r"character '\\t'", "a tab", "spaces"),
    (r"character '([@`%])'", r"a value that begins with '\1'", _QUOTES),
    (r"undefined alias", "a value that begins with '*'", _QUOTES),
    (r" the tag ", "a value that begins with '!'", _QUOTES),
    (r"escape", "a backslash between double quotes", "single quotes, or two backslashes"),
    (r"another document", "a second document", "one document"),
    (r"sequence entries", "a '-' that does not begin its line", "each item on a line of its own"),
    (
        r"mapping values",
        "a colon where no key can end",
        "a key indented like its neighbours, or quotes around a value that holds ': '",
    ),
    (
        r"<block end>, but found ('-'|'<block)",
        "a line that is indented unlike its neighbours",
        "the same indentation for all of a section",
    ),
    (r"<block end>", "a value that goes on after its end", "quotes around all of it"),
)
"""By what PyYAML says of the place where it stopped."""


def explained(error: yaml.YAMLError, text: str) -> FormError:
    """Return what an error of PyYAML means.

    Its own words are not passed on: they quote the document, which may hold a secret.
    """
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return FormError(line, f"the character U+{error.character:04X}", "printable text")
    found, expected, mark = "what YAML does not allow", "a YAML document", None
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark
        if error.context in _BEGUN:
            mark = error.context_mark
            found, expected = _BEGUN[error.context]
        else:
            for pattern, met, wanted in _MET:
                if match := re.search(pattern, error.problem or ""):
                    found, expected = match.expand(met), wanted
                    break
    return FormError(1 if mark is None else mark.line + 1, found, expected)
