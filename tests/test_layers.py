"""No circle of imports within any package, imports for the type checker alone included."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("schemas", "detectors", "agents", "app")


@pytest.mark.parametrize("package", PACKAGES)
def test_no_circle_of_imports_is_in_a_package(package: str) -> None:
    arrows = arrows_of(ROOT / package)

    assert circles(arrows) == []


def test_an_import_for_the_type_checker_alone_closes_a_circle(tmp_path: Path) -> None:
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "roof.py").write_text("from house.wall import Wall\n")
    (package / "wall.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house import roof\n"
    )

    assert circles(arrows_of(package)) == [["house.roof", "house.wall"]]


def test_an_import_within_a_function_closes_a_circle(tmp_path: Path) -> None:
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "roof.py").write_text("import house.wall\n")
    (package / "wall.py").write_text("def f() -> None:\n    from house.roof import x\n")

    assert circles(arrows_of(package)) == [["house.roof", "house.wall"]]


def arrows_of(package: Path) -> dict[str, set[str]]:
    """Return which modules of a package each of them names in its imports."""
    files = {_module(file, package.parent): file for file in package.rglob("*.py")}
    return {
        module: {
            found
            for name in _imported(ast.parse(file.read_text()))
            if (found := _longest(name, files)) is not None and found != module
        }
        for module, file in files.items()
    }


def circles(arrows: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the modules of each circle: those that reach one another."""
    reached = {module: _reached(module, arrows) for module in arrows}
    found = {
        tuple(sorted({module, *(other for other in those if module in reached[other])}))
        for module, those in reached.items()
        if module in those
    }
    return [list(each) for each in sorted(found)]


def _reached(module: str, arrows: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    left = [module]
    while left:
        more = arrows[left.pop()] - reached
        reached |= more
        left += more
    return reached


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _longest(name: str, modules: Mapping[str, Path]) -> str | None:
    """Return the module that an import names: it may end with a name within the module."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def _module(file: Path, root: Path) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
