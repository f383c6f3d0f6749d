import pytest

from app.mlflow.registered import NAME_TAG, NotMlflow, RegisteredVersion, versions_of


@pytest.mark.parametrize(
    ("template", "called"),
    [
        ("{number}", "3"),
        ("v{number}", "v3"),
        ("{run_id}", "abc"),
        ("run-{run_id}", "run-abc"),
        (" {number}\ufeff", "3"),
    ],
)
def test_a_version_is_called_as_the_template_says(template: str, called: str) -> None:
    assert RegisteredVersion("3", "abc").called(template) == called


def test_a_tag_says_otherwise_unless_it_is_blank() -> None:
    assert RegisteredVersion("3", tags={NAME_TAG: " 2026-03 "}).called("{number}") == "2026-03"
    assert RegisteredVersion("3", tags={NAME_TAG: " "}).called("{number}") == "3"
    assert RegisteredVersion("3", tags={NAME_TAG: "\ufeff2026-03"}).called("{number}") == "2026-03"
    assert RegisteredVersion("3", tags={NAME_TAG: "\u200b"}).called("{number}") == "3"


def test_a_version_that_no_run_made_has_no_name_by_run() -> None:
    assert RegisteredVersion("3").called("{run_id}") is None


def test_what_mlflow_leaves_out_is_empty() -> None:
    document = {"model_versions": [{"version": "1", "tags": [{"key": "a"}]}]}
    assert versions_of(document) == ([RegisteredVersion("1", "", {"a": ""})], "")
    assert versions_of({}) == ([], "")


@pytest.mark.parametrize(
    "document",
    [
        {"model_versions": {}},
        {"model_versions": [[]]},
        {"model_versions": [{}]},
        {"model_versions": [{"version": ""}]},
        {"model_versions": [{"version": "1", "run_id": 7}]},
        {"model_versions": [{"version": "1", "tags": "x"}]},
        {"model_versions": [], "next_page_token": 7},
    ],
)
def test_other_forms_are_not_mlflows(document: dict[str, object]) -> None:
    with pytest.raises(NotMlflow):
        versions_of(document)
