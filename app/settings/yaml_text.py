"""YAML to plain values; keys as they are written, and none of them twice."""

import re
from typing import Any, Final

import yaml

from app.settings.problems import Problem

_QUOTED: Final = re.compile(r"'[^']{2,}'")


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
    except yaml.MarkedYAMLError as error:
        # Not the error's own text: it quotes the line, which may hold a secret.
        mark = error.problem_mark or error.context_mark
        place = where if mark is None else f"{where}, line {mark.line + 1}"
        reason = _QUOTED.sub("(not shown)", error.problem or "an error")
        return None, [Problem(place, f"what YAML does not allow: {reason}", "YAML")]
    except (yaml.YAMLError, ValueError):  # characters or numbers that YAML does not have
        return None, [Problem(where, "characters that YAML does not allow", "YAML")]


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
        return self._loader.construct_object(node)

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
            found[key.value] = self.read(value, within)
        return found

    def _problem(self, node: yaml.Node, found: str, expected: str) -> None:
        place = f"{self._where}, line {node.start_mark.line + 1}"
        self.problems.append(Problem(place, found, expected))
