"""What the documentation names exists."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import COMMANDS
from app.cli import main as driftline
from app.cli.dead_letters import COMMANDS as DEAD_LETTERS
from app.kafka.topic_catalogue import CATALOGUE as TOPICS
from app.metrics.catalogue import CATALOGUE
from app.reference_pages import configuration_page
from schemas.events.invalid import Reason
from schemas.events.nothing_to_say import Silence

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@PAGE
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@PAGE
def test_make_targets_exist(page: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE)
    assert set(named) <= set(targets)


@PAGE
def test_commands_exist(page: Path) -> None:
    named = re.findall(
        r"(?:`|^|\$ )driftline ([a-z][a-z-]*)\b(?!:)", page.read_text(), re.MULTILINE
    )
    assert set(named) <= set(COMMANDS)
    inner = re.findall(r"driftline dead-letters ([a-z]+)", page.read_text())
    assert set(inner) <= set(DEAD_LETTERS)


@PAGE
def test_commands_that_play_a_file_say_all_that_is_needed(page: Path) -> None:
    text = page.read_text().replace("\\\n", " ")
    for command in re.findall(r"\bdriftline (play [a-z.]+ --[^`\n]+)", text):
        result = CliRunner().invoke(driftline, shlex.split(command))
        assert "No such file" in result.output, result.output


@PAGE
def test_kcat_is_told_whether_to_read_or_to_write(page: Path) -> None:
    # Without a terminal it would guess that it should write.
    for command in re.findall(r"kcat -b [^`\n]+", page.read_text()):
        assert {"-C", "-P"} & set(shlex.split(command)), command


@PAGE
def test_metrics_exist(page: Path) -> None:
    known = {metric.name for metric in CATALOGUE}
    known |= {example.stem for example in (ROOT / "docs" / "examples").glob("*.py")}
    named = set(re.findall(r"\bdriftline_[a-z_]+\b", page.read_text()))
    stems = {f"{name}{end}" for name in known for end in ("_bucket", "_sum", "_count")}
    assert {name for name in named if not name.endswith("_")} <= known | stems


@PAGE
def test_settings_exist(page: Path) -> None:
    known = set(re.findall(r"^\| `([^`]+)`", configuration_page(), re.MULTILINE))
    sections = {path.partition(".")[0] for path in known}
    named = re.findall(r"`([a-z_]+(?:\.(?:[a-z_]+|<name>))+)`", page.read_text())
    settings = {path for path in named if path.partition(".")[0] in sections}
    files = {path for path in settings if path.endswith((".md", ".yml", ".yaml", ".json", ".py"))}
    assert settings - files <= known


@PAGE
def test_python_modules_exist(page: Path) -> None:
    for module in re.findall(r"python -m ([a-z_.]+)", page.read_text()):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_every_topic_and_every_reason_is_described() -> None:
    text = "".join(page.read_text() for page in PAGES)
    assert all(f"`{topic.default_name}`" in text for topic in TOPICS.values())
    delivery = (ROOT / "docs" / "delivery.md").read_text()
    assert all(f"`{reason}`" in delivery for reason in Reason)
    assert all(f"`{silence}`" in delivery for silence in Silence)


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text()
