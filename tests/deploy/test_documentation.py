import re
import shlex
from typing import Any, Final

import yaml

from app.cli import main
from app.settings import Settings, load_settings
from tests.deploy import ROOT

TEXT: Final = (ROOT / "docs/deployment.md").read_text("utf-8")


def test_every_alert_is_explained() -> None:
    groups = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8"))["groups"]
    alerts = {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}

    assert set(re.findall(r"`(Driftline[A-Z]\w+)`", TEXT)) == alerts


def test_every_command_is_one_of_driftline_with_flags_that_it_has() -> None:
    lines = "\n".join(blocks("sh")).replace("\\\n", " ").splitlines()
    runs = [
        shlex.split(line.partition(image)[2])
        for line in lines
        for image in (" worker ", " driftline:0.1.0 ")
        if line.startswith(("docker compose run", "docker run")) and image in line
    ]
    runs += [shlex.split(text)[1:] for text in re.findall(r"`(driftline [^`]+)`", TEXT)]

    assert len(runs) > 5
    for command, *arguments in runs:
        found = main.get_command(main.make_context("driftline", ["--", command]), command)
        assert found is not None
        # A command that is only mentioned needs no arguments.
        found.make_context(command, arguments, resilient_parsing=not arguments)


def test_every_variable_is_a_setting() -> None:
    variables = {
        each["name"]: each["value"]
        for block in blocks("yaml")
        for each in yaml.safe_load(block).get("env", [])
    }

    assert isinstance(load_settings(None, {}, variables), Settings)
    for name in re.findall(r"DRIFTLINE_(\w+__\w+)", TEXT):
        assert attribute(load_settings(None, {}, variables), name.lower().split("__"))


def attribute(found: Any, path: list[str]) -> Any:
    """Return what is at a path of attributes."""
    for step in path:
        found = getattr(found, step)
    return found


def blocks(language: str) -> list[str]:
    """Return the code of a language."""
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
