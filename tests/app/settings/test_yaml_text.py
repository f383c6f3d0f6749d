from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings.yaml_text import DEEPEST, LONGEST, MOST_VALUES, parse_yaml


def value_of(text: str) -> Any:
    value, problems = parse_yaml(text, "here")
    assert not problems
    return value


def problem_of(text: str) -> str:
    _, problems = parse_yaml(text, "here")
    (problem,) = problems
    return str(problem)


def laughs(levels: int) -> str:
    lines = [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, levels)
    ]
    return "\n".join(["a0: &a0 [ha, ha]", *lines])


HOSTILE = {
    "aliases of aliases": laughs(12),
    "merge keys": "a0: &a0 {k: 1}\n"
    + "\n".join(f"a{n}: &a{n} {{x: *a{n - 1}, y: *a{n - 1}}}" for n in range(1, 60)),
    "brackets": "a: " + "[" * 3000 + "]" * 3000,
    "braces": "a: " + "{b: " * 3000 + "1" + "}" * 3000,
    "indentation": "\n".join(f"{' ' * n}a:" for n in range(900)),
    "dashes": "- " * 3000 + "x",
    "digits": "a: " + "9" * 400_000,
    "hexadecimals": "a: 0x" + "f" * 400_000,
    "length": "a: " + "x" * (LONGEST + 1),
    "values": "a: [" + "1," * (LONGEST // 2 - 10) + "]",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_document_takes_long_to_be_refused(kind: str) -> None:
    begun = process_time()
    _, problems = parse_yaml(HOSTILE[kind], "here")
    took = process_time() - begun
    if kind != "values":  # no bomb: as long as it may be
        assert len(problems) == 1
        assert len(str(problems[0])) < 300
        assert took < 3


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("aliases of aliases", f"more than {MOST_VALUES:,} values"),
        ("brackets", "here, line 1: found lists and mappings too deep within each other"),
        ("indentation", f"here, line {DEEPEST + 1}: found lists and mappings too deep"),
        ("digits", "a value that YAML cannot read"),
        ("hexadecimals", "a number beyond 64 bits"),
        ("length", "characters, expected at most 500,000"),
    ],
)
def test_a_document_is_refused_for_what_is_too_much_of_it(kind: str, said: str) -> None:
    assert said in problem_of(HOSTILE[kind])


def test_a_value_may_be_named_once_and_used_again() -> None:
    assert value_of("a: &x {k: [1, 2]}\nb: *x") == {"a": {"k": [1, 2]}, "b": {"k": [1, 2]}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-28", "2026-11-28"),
        ("1:30", "1:30"),
        ("1:30.5", "1:30.5"),
        ("010", "010"),
        ("0", 0),
        ("-12", -12),
        ("1_000", 1000),
        ("0x10", 16),
        ("1.5", 1.5),
        ("-.5", -0.5),
        ("1.0e+3", 1000.0),
        (".inf", float("inf")),
        ("yes", True),
        ("~", None),
        ("!!str 12", "12"),
    ],
)
def test_a_scalar_is_what_people_mean_by_it(text: str, value: object) -> None:
    found = value_of(f"a: {text}")["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: !!binary aGVsbG8=", "cannot read"),
        ("a: !!set {b}", "a tag before a list or a mapping"),
        ("a: !!python/object/apply:os.system [id]", "a tag before a list or a mapping"),
        ("a: !!python/name:os.system x", "begins with '!'"),
        ("a: &x {k: 1}\nb: {<<: *x}", "here, line 2: found the key '<<'"),
        ("a: 9223372036854775808", "beyond 64 bits"),
        ('a: "\\ud800"', "characters that no UTF-8 text has"),
        ('"\\ud800": 1', "characters that no UTF-8 text has"),
        ("u:hunter2@h: 1\nu:hunter2@h: 2", "the key '***@h' again (line 1)"),
    ],
)
def test_what_no_setting_can_be_is_named_with_its_line(text: str, said: str) -> None:
    assert said in problem_of(text)


@given(st.text(max_size=200))
def test_any_text_is_a_value_or_a_problem(text: str) -> None:
    value, problems = parse_yaml(text, "here")
    assert value is None or not problems or isinstance(value, dict | list)
