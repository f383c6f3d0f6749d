"""YAML to plain values; keys as they are written, none of them twice, and all of it bounded."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import yaml
from yaml.composer import ComposerError

from app.credentials import masked
from app.settings.problems import Problem, cut
from app.settings.yaml_errors import explained

LONGEST: Final = 500_000
"""Characters of a document; some 20,000 lines. PyYAML reads a quarter of a million a second."""

DEEPEST: Final = 32
"""Lists and mappings within each other; no setting stands deeper than six of them."""

MOST_VALUES: Final = 250_000
"""Values of a document, those that an alias stands for as often as it does."""

NOT_UNICODE: Final = "characters that no UTF-8 text has"

_LARGEST: Final = 2**63
_UNREADABLE: Final = (ValueError, LookupError, AttributeError, OverflowError)
"""What PyYAML raises, unawares, on a scalar that is not what it looks like or is tagged as."""

_MERGE: Final = "tag:yaml.org,2002:merge"
_COLLECTIONS: Final = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_DATE: Final = "tag:yaml.org,2002:timestamp"
# YAML 1.1 takes 1:30 for ninety and 010 for eight; nobody who writes a setting means that.
_OTHERWISE: Final = {
    "tag:yaml.org,2002:int": re.compile(r"[-+]?(?:0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|0b[01_]+)$"),
    "tag:yaml.org,2002:float": re.compile(
        r"(?:[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
}


class _Loader(yaml.SafeLoader):
    """Reads dates as text: no setting is one, and a model may be named like one."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own attribute, not changed here
        first: [(tag, _OTHERWISE.get(tag, usual)) for tag, usual in pairs if tag != _DATE]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Make a node of what comes next, unless it is too deep: PyYAML would recur into it."""
        if self._depth > DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # PyYAML's stubs
            raise ComposerError(None, None, "nested too deeply", mark)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


def parse_yaml(text: str, where: str) -> tuple[Any, list[Problem]]:
    """Return the value of a YAML document, and what is wrong with it.

    Parameters
    ----------
    text
        The document.
    where
        What it is, for the problems: a file, a variable, a flag.

    Returns
    -------
    tuple
        Mappings, lists and scalars, None where it cannot be read; and the problems.
    """
    if len(text) > LONGEST:
        return None, [Problem(where, f"{len(text):,} characters", f"at most {LONGEST:,}")]
    try:
        with _loader_of(text) as loader:
            node = loader.get_single_node()
            reader = _Reader(loader, where)
            return (None if node is None else reader.read(node, frozenset())), reader.problems
    except yaml.YAMLError as error:
        line, found, expected = explained(error, text)
        return None, [Problem(f"{where}, line {line}", found, expected)]
    except _TooMany:
        said = f"at most {MOST_VALUES:,}, those of an alias as often as it stands there"
        return None, [Problem(where, f"more than {MOST_VALUES:,} values", said)]


@contextmanager
def _loader_of(text: str) -> Iterator[_Loader]:
    loader = _Loader(text)
    try:
        yield loader
    finally:
        loader.dispose()


class _TooMany(Exception):
    """The document has more values than any configuration."""


class _Reader:
    def __init__(self, loader: _Loader, where: str) -> None:
        self.problems: list[Problem] = []
        self._loader = loader
        self._where = where
        self._count = 0

    def read(self, node: yaml.Node, around: frozenset[int]) -> Any:
        self._count += 1
        if self._count > MOST_VALUES:
            raise _TooMany
        if id(node) in around:
            self._problem(node, "a value that contains itself", "one that does not")
            return None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if node.tag not in _COLLECTIONS:
            self._problem(node, "a tag before a list or a mapping", "no tag")
            return None
        within = around | {id(node)}
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, within)
        return [self.read(item, within) for item in node.value]

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        try:
            value = self._loader.construct_object(node)
        except _UNREADABLE:
            value = NotImplemented
        except yaml.YAMLError:  # a tag that only other loaders know
            self._problem(node, "a value that begins with '!'", "quotes around the value")
            return None
        if isinstance(value, str):
            if not is_unicode(value):
                self._problem(node, NOT_UNICODE, "text")
                return None
            return value
        if isinstance(value, int) and abs(value) >= _LARGEST:
            self._problem(node, "a number beyond 64 bits", "a smaller one")
            return None
        if value is None or isinstance(value, int | float):
            return value
        self._problem(node, "a value that YAML cannot read", "quotes around it, and no tag")
        return None

    def _mapping(self, node: yaml.MappingNode, within: frozenset[int]) -> dict[str, Any]:
        lines: dict[str, int] = {}
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._problem(key, "a key that is no text", "text")
                continue
            if key.tag == _MERGE:
                self._problem(key, "the key '<<', which would merge mappings", "all keys written")
                continue
            if not is_unicode(key.value):
                self._problem(key, NOT_UNICODE, "text")
                continue
            if key.value in lines:
                first = lines[key.value]
                self._problem(
                    key,
                    f"the key {cut(masked(key.value))!r} again (line {first})",
                    "every key once",
                )
            lines.setdefault(key.value, key.start_mark.line + 1)
            known = len(self.problems)
            read = self.read(value, within)
            # Of a value that could not be read it is no news that it is none.
            if read is not None or len(self.problems) == known:
                found[key.value] = read
        return found

    def _problem(self, node: yaml.Node, found: str, expected: str) -> None:
        place = f"{self._where}, line {node.start_mark.line + 1}"
        self.problems.append(Problem(place, found, expected))


def is_unicode(text: str) -> bool:
    """Tell whether UTF-8 has a text: YAML can write half of a surrogate pair."""
    return not any("\ud800" <= each <= "\udfff" for each in text)
