"""The dotted names that documentation and docstrings give in backticks lead somewhere."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).parents[1]
PACKAGES = ("agents", "app", "detectors", "schemas")
SOURCES = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
DOTTED = re.compile(r"`((?:agents|app|detectors|schemas)(?:\.[A-Za-z_]+)+)`")


def docstrings(path: Path) -> str:
    """All texts of a module that are no values: docstrings, also those of attributes."""
    tree = ast.parse(path.read_text())
    return "\n".join(
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def dead(text: str) -> Iterator[str]:
    """The dotted names in a text that lead nowhere."""
    for name in sorted(set(DOTTED.findall(text))):
        if not resolves(name):
            yield name


def resolves(name: str) -> bool:
    """Whether a name is a module's, or an attribute's of one, at any depth."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[count:]:
            fields = getattr(found, "__annotations__", {})
            if not hasattr(found, attribute) and attribute not in fields:
                return False
            found = getattr(found, attribute, None)
        return True
    return False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_names_in_the_documentation_lead_somewhere(page: Path) -> None:
    assert list(dead(page.read_text())) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_in_docstrings_lead_somewhere(path: Path) -> None:
    assert list(dead(docstrings(path))) == []


def test_a_name_that_leads_nowhere_is_found() -> None:
    text = "`detectors.monitors.fleet.Fleet`, `detectors.fleet` and `detectors.monitors.fleet.Flee`"
    assert list(dead(text)) == ["detectors.fleet", "detectors.monitors.fleet.Flee"]


def test_no_setting_looks_like_a_package() -> None:
    # `app.x` in a page would be ambiguous.
    assert not set(PACKAGES) & set(Settings.model_fields)


def test_every_package_says_what_lives_there_and_what_must_not() -> None:
    for path in SOURCES:
        if path.name == "__init__.py" and path.parent.parent != ROOT / "app":
            text = ast.get_docstring(ast.parse(path.read_text())) or ""
            assert len(text.splitlines()) > 1, path
