"""What the product is made of: images by digest, a list of packages, and who asks about them."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.deploy import ROOT
from tests.deploy.audit import LOCK, Verdict, judge
from tests.deploy.dockerfile import read

DIGEST: Final = re.compile(r"[a-z0-9./-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}")
MAKEFILE: Final = (ROOT / "Makefile").read_text("utf-8")


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;]+)", text, re.MULTILINE))


def test_every_image_of_others_is_pinned_by_its_digest_and_tells_its_version() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    images = [each["image"] for each in services.values() if "build" not in each]
    images += [
        step.text.split()[0] for step in read(ROOT / "deploy/Dockerfile") if step.name == "FROM"
    ]
    assert len(images) >= 5
    assert [image for image in images if DIGEST.fullmatch(image) is None] == []


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The list as `make sbom` makes it."""
    recipe = re.search(r"^sbom:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert recipe is not None
    line = recipe[1].replace("\\\n", " ").splitlines()[-1]
    program, *arguments = shlex.split(line.replace("$(BIN)/", ""))
    target = tmp_path_factory.mktemp("sbom") / "bill.json"
    arguments[arguments.index("--output-file") + 1] = str(target)
    subprocess.run(  # noqa: S603 - the Makefile's own line
        [str(Path(sys.executable).with_name(program)), *arguments],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=True,
    )
    return target.read_text("utf-8")


def test_the_list_of_packages_is_valid_and_has_each_locked_one_with_its_hashes(bill: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    document: dict[str, Any] = json.loads(bill)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    root = document["metadata"]["component"]
    assert (root["name"], root["version"]) == (project["name"], project["version"])
    components = {each["name"]: each["version"] for each in document["components"]}
    assert components == locked("requirements.lock")
    for each in document["components"]:
        assert each["purl"].startswith("pkg:pypi/")
        assert any(one.get("hashes") for one in each["externalReferences"])


def test_what_is_audited_holds_all_that_is_installed() -> None:
    assert locked(LOCK).items() >= locked("requirements.lock").items()


def test_a_vulnerable_package_is_named_with_the_version_that_mends_it() -> None:
    bad = {"name": "x", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
    assert judge([bad, {"name": "y", "skip_reason": "not found"}]) == (
        Verdict.VULNERABLE,
        ["x 1: CVE-1, mended in 2"],
    )


@pytest.mark.parametrize("dependencies", [[], [{"name": "y", "skip_reason": "not found"}]])
def test_what_nobody_could_be_asked_about_is_not_clean(dependencies: list[dict[str, Any]]) -> None:
    verdict, (line,) = judge(dependencies)
    assert verdict == 69
    assert "run it where there is a network" in line


def test_packages_of_which_nothing_is_known_are_clean() -> None:
    assert judge([{"name": "x", "version": "1", "vulns": []}])[0] == Verdict.CLEAN
