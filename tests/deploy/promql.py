"""The metrics and labels that a PromQL expression names; as much of the grammar as we use."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.metrics import CATALOGUE, Metrics

_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_GROUPINGS: Final = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_SELECTORS: Final = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}")
_MATCHERS: Final = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_MATCHED: Final = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_DURATIONS: Final = re.compile(r"\[[^\]]*\]|\boffset\s+\S+\b")
_NAMES: Final = re.compile(r"(?<!\$)\b[a-zA-Z_:][\w:]*\b(?!\s*\()")
_AGGREGATIONS: Final = re.compile(r"\b(?:sum|max|min|avg|count)\b")
_WORDS: Final = frozenset({"and", "or", "unless", "bool"})

SCRAPED: Final = frozenset({"job", "instance"})
"""Labels that a scrape adds to every series."""


@dataclass(frozen=True, slots=True)
class Expression:
    """What an expression names.

    Attributes
    ----------
    metrics
        Every metric.
    matched
        Metric and label of each matcher.
    grouped
        Labels of aggregations and of joins.
    """

    metrics: frozenset[str]
    matched: frozenset[tuple[str, str]]
    grouped: frozenset[str]


def parse(text: str) -> Expression:
    """Return what an expression names."""
    text = _STRINGS.sub('""', text)
    grouped = {
        label.strip() for labels in _GROUPINGS.findall(text) for label in labels.split(",") if label
    }
    text = _GROUPINGS.sub(" ", text)
    matched = {
        (metric, label)
        for metric, matchers in _SELECTORS.findall(text)
        for label in _MATCHERS.findall(matchers)
    }
    text = _DURATIONS.sub(" ", _SELECTORS.sub(r"\1 ", text))
    metrics = set(_NAMES.findall(text)) - _WORDS
    return Expression(frozenset(metrics), frozenset(matched), frozenset(grouped))


def known_metrics() -> dict[str, frozenset[str]]:
    """Return the metrics of a scrape with their labels, beside those that every series has."""
    known: dict[str, frozenset[str]] = {"up": frozenset()}
    for family in Metrics().registry.collect():
        # The process's own metrics have no labels.
        known |= {sample.name: frozenset() for sample in family.samples}
    for spec in CATALOGUE:
        labels = frozenset(spec.labels)
        known[spec.name] = labels
        if spec.type == "histogram":
            del known[spec.name]
            known |= {f"{spec.name}_sum": labels, f"{spec.name}_count": labels}
            known[f"{spec.name}_bucket"] = labels | {"le"}
    return known


def strangers(text: str, known: dict[str, frozenset[str]], shown: set[str]) -> Iterator[str]:
    """Yield what an expression, or what is shown of its result, names and does not exist.

    Parameters
    ----------
    text
        The expression.
    known
        Metrics with their labels.
    shown
        Labels that legends or annotations take from the result.
    """
    expression = parse(text)
    if not expression.metrics:
        yield f"no metric in {text}"
    yield from (metric for metric in expression.metrics if metric not in known)
    there = SCRAPED.union(*(known.get(metric, frozenset()) for metric in expression.metrics))
    for metric, label in expression.matched:
        if label not in known.get(metric, frozenset()) | SCRAPED:
            yield f"{metric}{{{label}}}"
    yield from (f"by ({label})" for label in expression.grouped - there)
    # An aggregation leaves no label but those that it groups by.
    left = expression.grouped if _AGGREGATIONS.search(text) else there
    yield from (f"{{{{{label}}}}}" for label in shown - left)


def without_data(text: str, scraped: Mapping[str, Sequence[Mapping[str, str]]]) -> list[str]:
    """Return the selectors of an expression that no sample of a scrape matches.

    Parameters
    ----------
    text
        The expression; variables of a dashboard stand for anything.
    scraped
        The labels of all samples, by the name of their metric.
    """
    text = re.sub(r"\$\w+", ".*", re.sub(r"\$__\w+", "5m", text))
    found = dict.fromkeys(_SELECTORS.findall(text))
    found |= {(name, ""): None for name in parse(text).metrics - {each for each, _ in found}}
    return [
        f"{name}{{{matchers}}}"
        for name, matchers in found
        if not any(_matches(labels, matchers) for labels in scraped.get(name, ()))
    ]


def _matches(labels: Mapping[str, str], matchers: str) -> bool:
    return all(
        (re.fullmatch(value, labels.get(label, "")) is not None) is (operator in {"=~", "="})
        for label, operator, value in _MATCHED.findall(matchers)
    )
