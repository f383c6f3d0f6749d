from pathlib import Path

import pytest

from app.settings import InvalidConfiguration, Settings, load_settings
from schemas.values.spellings import USUAL, Spellings

BROKER = {"kafka.bootstrap_servers": "kafka:9092"}


def _load(text: str, folder: Path, **environ: str) -> Settings:
    path = folder / "driftline.yaml"
    path.write_text(text)
    return load_settings(path, BROKER, environ)


def _problems(text: str, folder: Path) -> dict[str, str]:
    with pytest.raises(InvalidConfiguration) as caught:
        _load(text, folder)
    found: dict[str, str] = {}
    for problem in caught.value.problems:
        found[problem.path] = found.get(problem.path, "") + f"{problem}\n"
    return found


def test_the_usual_spellings_count_where_nothing_is_said(tmp_path: Path) -> None:
    settings = _load("models: {fraud: {}}", tmp_path)

    assert settings.values.spellings == USUAL
    assert settings.models["fraud"].values.over(settings.values) is settings.values.spellings


def test_keys_that_yaml_takes_for_booleans_are_read_as_written(tmp_path: Path) -> None:
    text = 'values: {true: [Wahr], false: [falsch], yes: ["ja", "J "], no: [nein]}'

    spellings = _load(text, tmp_path).values.spellings

    assert (spellings.true, spellings.no) == (frozenset({"true", "wahr"}), frozenset({"nein"}))
    assert (spellings.yes, spellings.false) == (
        frozenset({"ja", "j"}),
        frozenset({"false", "falsch"}),
    )


def test_a_model_differs_only_in_what_is_said_of_it(tmp_path: Path) -> None:
    text = """
values: {missing_numbers: [n.v.], trim: false}
models:
  fraud: {values: {missing_numbers: [], ignore_case: true}}
  churn: {values: {trim: true}}
"""
    settings = _load(text, tmp_path)
    fraud, churn = (settings.models[name].values.over(settings.values) for name in settings.models)

    assert fraud == Spellings(missing_numbers=frozenset(), trim=False, ignore_case=True)
    assert churn == Spellings(missing_numbers=frozenset({"n.v."}))


def test_spellings_come_from_the_environment_too(tmp_path: Path) -> None:
    variables = {
        "DRIFTLINE_VALUES__YES": "[oui]",
        "DRIFTLINE_MODELS__fraud__VALUES__MISSING": '["", "?"]',
    }
    settings = _load("{}", tmp_path, **variables)

    assert settings.values.yes == {"oui"}
    assert settings.models["fraud"].values.missing == frozenset({"", "?"})


def test_every_contradiction_is_named_at_once(tmp_path: Path) -> None:
    text = """
values:
  true: [ja]
  no: [Ja]
  missing: ["", "On"]
  missing_numbers: ["-999", NA]
models:
  a: {values: {false: ["1"]}}
  b: {values: {missing: [4]}}
"""
    found = _problems(text, tmp_path)

    assert found.keys() == {
        *("values.no", "values.missing", "values.missing_numbers"),
        *("models.a.values.false", "models.b.values.missing.0"),
    }
    assert "'ja'" in found["values.no"]
    assert "'-999'" in found["values.missing_numbers"]


def test_no_error_hides_a_contradiction_beside_it(tmp_path: Path) -> None:
    text = """
kafka: {bootstrap_servers: "a b"}
values: {true: [ja], false: [ja, on], yes: [ja, "1", "", "2"], missing: 4}
models:
  a: {values: {no: [ja]}, classes: [x, x, y], task: nothing}
  b: {classes: ["1", "1.0"], unknown: 1}
  c: {values: {missing_numbers: [ja], trim: 3}, critical: 7}
"""
    found = _problems(text, tmp_path)

    assert found.keys() == {
        *("values.false", "values.false.1", "values.yes", "values.missing"),
        *("models.a.values.no", "models.a.classes.1", "models.a.task"),
        *("models.b.classes.1", "models.b.unknown"),
        *("models.c.values.missing_numbers", "models.c.values.trim", "models.c.critical"),
    }
    assert "'1', '2'" in found["values.yes"]


def test_a_contradiction_in_general_is_told_once(tmp_path: Path) -> None:
    text = "values: {true: [ja], no: [ja]}\nmodels: {a: {values: {trim: false}}, b: {}}"
    assert _problems(text, tmp_path).keys() == {"values.no"}


@pytest.mark.parametrize(
    ("own", "path"),
    [
        ("false: [ja]", "false"),
        ("no: [JA]", "no"),
        ("missing: [Ja]", "missing"),
        ("missing_numbers: [ja]", "missing_numbers"),
        ('yes: ["", ja]', "yes"),
        ("missing_numbers: ['TRUE']", "missing_numbers"),
        ("trim: 1", "trim"),
    ],
)
def test_a_model_may_not_contradict_what_holds_in_general(
    own: str, path: str, tmp_path: Path
) -> None:
    found = _problems(f"values: {{true: [ja]}}\nmodels: {{m: {{values: {{{own}}}}}}}", tmp_path)

    assert set(found) == {f"models.m.values.{path}"}


def test_classes_are_named_once_each(tmp_path: Path) -> None:
    text = """
values: {ignore_case: true}
models:
  a: {classes: [cat, Dog, "dog ", emu]}
  b: {classes: ["1.0", two, "1"], values: {ignore_case: false}}
  c: {classes: [cat, Dog, dog], values: {ignore_case: false}}
"""
    found = _problems(text, tmp_path)

    assert found.keys() == {"models.a.classes.2", "models.b.classes.2"}
    assert "'Dog'" in found["models.a.classes.2"]


@pytest.mark.parametrize("classes", ["[one]", '[one, " "]', "[1, 2]", "[one, []]"])
def test_classes_are_two_texts_or_more(classes: str, tmp_path: Path) -> None:
    found = _problems(f"models: {{a: {{classes: {classes}}}}}", tmp_path)
    assert {path.split(".")[2] for path in found} == {"classes"}
