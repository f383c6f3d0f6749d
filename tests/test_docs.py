"""What the documentation names exists."""

import re
import shlex
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from click.testing import CliRunner

from app.cli import COMMANDS
from app.cli import main as driftline
from app.cli.dead_letters import COMMANDS as DEAD_LETTERS
from app.kafka.topic_catalogue import CATALOGUE as TOPICS
from app.metrics.catalogue import CATALOGUE
from app.reference_pages import configuration_page
from app.settings import Settings, load_settings
from schemas.events.invalid import Reason
from schemas.events.left_out import Oddity
from schemas.events.nothing_to_say import Silence

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
MULTI = re.MULTILINE | re.DOTALL
BROKERS = {"DRIFTLINE_KAFKA__BOOTSTRAP_SERVERS": "kafka:9092"}


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
def test_commands_have_the_options_that_they_are_given(page: Path) -> None:
    known: dict[str, set[str]] = {}
    reference = (ROOT / "docs" / "commands.md").read_text()
    for command, text in re.findall(r"^## driftline ([a-z-]+)(.*?)(?=^## |\Z)", reference, MULTI):
        known.setdefault(command, {"--version"}).update(re.findall(r"--[a-z-]+", text))
    text = page.read_text().replace("\\\n", " ")
    for command, rest in re.findall(r"(?:`|^ *)driftline ([a-z-]+) ([^`\n|#]*)", text, MULTI):
        assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= known[command], command


@PAGE
def test_configurations_are_accepted_as_they_stand(page: Path, tmp_path: Path) -> None:
    for number, block in enumerate(re.findall(r"^ *```yaml\n(.*?)```", page.read_text(), MULTI)):
        text = re.sub(r"/(?:run/secrets|etc/driftline)/", f"{tmp_path}/", dedent(block))
        if "image" in yaml.safe_load(text):  # a container of Kubernetes
            continue
        for name in re.findall(rf"{tmp_path}/([a-z.-]+)", text):
            (tmp_path / name).write_text("0123456789abcdef")
        path = tmp_path / f"{number}.yaml"
        path.write_text(text)
        environ = {} if "bootstrap_servers" in text else BROKERS
        assert isinstance(load_settings(path, {}, environ), Settings)


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


@pytest.mark.parametrize("package", ["schemas", "detectors", "agents", "app"])
def test_every_folder_of_a_package_is_in_the_tables_of_the_architecture(package: str) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    (table,) = re.findall(rf"^\| `{package}` \|.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row)}
    folders = {each.parent.name for each in (ROOT / package).glob("*/__init__.py")}
    assert folders - named == set()


def test_every_reason_for_a_field_that_is_left_out_is_told() -> None:
    page = (ROOT / "docs" / "events.md").read_text()
    assert [each for each in Oddity if f"`{each}`" not in page] == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached:
            continue
        reached.add(page)
        links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
        targets = [(page.parent / link).resolve() for link in links]
        ahead += [target for target in targets if target.suffix == ".md"]
        ahead += [each for target in targets if target.is_dir() for each in target.glob("*.md")]
    assert [page for page in PAGES if page.resolve() not in reached] == []


@PAGE
def test_tables_are_whole(page: Path) -> None:
    # A row behind an empty line is no row of any table.
    lines = ["", *page.read_text().splitlines(), ""]
    starts = [at for at, line in enumerate(lines) if line[:1] == "|" and lines[at - 1][:1] != "|"]
    assert [lines[at] for at in starts if not lines[at + 1].startswith("| ---")] == []


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text()
