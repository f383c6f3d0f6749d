"""YAML to plain values; keys as they are written, and none of them twice."""

from typing import Any, Final

import yaml

from app.settings.problems import Problem
from app.settings.yaml_errors import explained

_UNREADABLE: Final = (ValueError, LookupError, AttributeError)
"""What PyYAML raises, unawares, on a scalar that is not what it looks like or is tagged as."""


class _Loader(yaml.SafeLoader):
    """Reads dates as text: no setting is one, and a model may be named like one."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own attribute, not changed here
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


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
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            reader = _Reader(loader, where)
            return (None if node is None else reader.read(node, frozenset())), reader.problems
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        line, found, expected = explained(error, text)
        return None, [Problem(f"{where}, line {line}", found, expected)]


class _Reader:
    def __init__(self, loader: _Loader, where: str) -> None:
        self.problems: list[Problem] = []
        self._loader = loader
        self._where = where

    def read(self, node: yaml.Node, around: frozenset[int]) -> Any:
        if id(node) in around:
            self._problem(node, "a value that contains itself", "one that does not")
            return None
        within = around | {id(node)}
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, within)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, within) for item in node.value]
        try:
            return self._loader.construct_object(node)
        except _UNREADABLE:
            self._problem(node, "a value that YAML cannot read", "quotes around it, and no tag")
            return None

    def _mapping(self, node: yaml.MappingNode, within: frozenset[int]) -> dict[str, Any]:
        lines: dict[str, int] = {}
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._problem(key, "a key that is no text", "text")
                continue
            if key.value in lines:
                first = lines[key.value]
                self._problem(key, f"the key {key.value!r} again (line {first})", "every key once")
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
