import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

from app.cli import main
from app.metrics import Metrics
from app.settings import HttpSettings
from app.web.server import HttpServer
from tests.app.web.fake_versions import no_models
from tests.compiled import COMPLETE, LINE, SAID, compile_anew
from tests.deploy import ROOT
from tests.deploy.dockerfile import Instruction, read

STEPS: Final = read(ROOT / "deploy/Dockerfile")
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES: Final = {"schemas", "detectors", "agents", "app"}


class FakeHealth:
    def __init__(self) -> None:
        self.sick = ""

    def unhealthy(self) -> str:
        return self.sick

    def unready(self) -> str:
        return "waiting"


def test_both_stages_start_from_one_pinned_python_that_the_project_takes() -> None:
    images = {step.text.split()[0] for step in of("FROM")}

    assert len(of("FROM")) == 2
    assert len(images) == 1
    tag = re.fullmatch(r"python:3\.(\d+)-slim@sha256:[0-9a-f]{64}", images.pop())
    assert tag is not None
    assert int(tag[1]) >= int(PROJECT["project"]["requires-python"].removeprefix(">=3."))


def test_what_is_copied_exists_and_is_sent_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sent = {line.removeprefix("!") for line in ignored if line.startswith("!")}

    assert "*" in ignored
    assert "**/__pycache__" in ignored
    assert copied() == sent
    assert all((ROOT / name).exists() for name in copied())


def test_the_four_packages_and_what_the_wheel_needs_are_copied() -> None:
    project = PROJECT["project"]

    assert copied() == PACKAGES | {
        "pyproject.toml",
        "requirements.lock",
        project["readme"],
        *project["license-files"],
    }
    assert set(PROJECT["tool"]["uv"]["build-backend"]["module-name"]) == PACKAGES


def test_everything_is_installed_from_the_lock_with_hashes_or_from_the_wheel() -> None:
    installs = [
        shlex.split(step.text) for step in of("RUN") if re.search(r"pip (install|wheel)", step.text)
    ]

    assert [words[2:4] for words in installs] == [
        ["pip", "install"],
        ["pip", "wheel"],
        ["pip", "install"],
    ]
    locked, wheel, built = installs
    assert "--require-hashes" in locked
    assert locked[locked.index("-r") + 1] in copied()
    assert {"--no-deps", "--no-build-isolation"} <= set(wheel)
    assert {"--no-deps", "--no-index"} <= set(built)
    assert (
        built[-1] == f"{wheel[wheel.index('--wheel-dir') + 1]}/{PROJECT['project']['name']}-*.whl"
    )


def test_the_lock_has_the_build_backend_for_nothing_else_may_be_fetched() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")

    assert PROJECT["build-system"]["build-backend"] == "uv_build"
    assert re.search(r"^uv-build==", lock, re.MULTILINE)


def test_the_worker_does_not_run_as_root_and_can_write_its_cache() -> None:
    [user] = of("USER")
    [added] = [step.text for step in of("RUN") if step.text.startswith("useradd")]
    [made] = [step.text for step in of("RUN") if step.text.startswith("install")]
    settings = dict(shlex.split(step.text)[-1].split("=", 1) for step in of("ENV", stage=1))

    number = shlex.split(added)[shlex.split(added).index("--uid") + 1]
    name = shlex.split(added)[-1]
    assert user.text == f"{number}:{number}"
    assert f"--owner={name}" in made
    [volume] = of("VOLUME")
    assert made.split()[-2:] == [settings["NUMBA_CACHE_DIR"], volume.text]
    order = [step.name for step in STEPS if step.stage == 1]
    assert order.index("USER") < order.index("ENTRYPOINT")


def test_the_entry_point_is_the_console_script_and_the_command_is_one_of_its_own() -> None:
    entry, command = json.loads(of("ENTRYPOINT")[0].text), json.loads(of("CMD")[0].text)

    assert entry == list(PROJECT["project"]["scripts"])
    found = main.get_command(main.make_context("driftline", ["--", *command]), command[0])
    assert found is not None
    found.make_context(command[0], command[1:])


def test_the_port_is_the_one_that_a_worker_has_by_default() -> None:
    assert of("EXPOSE")[0].text == str(HttpSettings().port)


async def test_the_health_check_tells_a_healthy_worker_from_a_crashed_one() -> None:
    command = json.loads(of("HEALTHCHECK")[0].text.removeprefix("CMD"))
    health = FakeHealth()
    server = HttpServer(HttpSettings(port=0), metrics=Metrics(), health=health, models=no_models())
    async with server:
        script = command[2].replace(f":{HttpSettings().port}/", f":{server.port}/")
        assert script != command[2]

        async def check() -> int:
            done = await asyncio.create_subprocess_exec(
                sys.executable, "-c", script, stderr=asyncio.subprocess.DEVNULL
            )
            return await asyncio.wait_for(done.wait(), 30)

        assert command[:2] == ["python", "-c"]
        assert await check() == 0
        health.sick = "crashed"
        assert await check() != 0


@pytest.mark.timeout(500)  # where kernels were there, all are compiled anew, a minute or two
def test_no_kernel_is_left_to_be_compiled_when_the_image_is_built(tmp_path: Path) -> None:
    [line] = [step.text for step in of("RUN") if step.text.startswith("python -c")]
    assert shlex.split(line)[2] == LINE
    # A run of the tests that begins with none, as after a clone, has compiled all before.
    assert (os.environ.get(SAID) or compile_anew(tmp_path)) == COMPLETE


def test_what_is_compiled_goes_where_the_image_has_room_for_it(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", "from agents.prediction_log.id_index import warm_up; warm_up()"],
        cwd=ROOT,
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        timeout=60,
        check=True,
    )
    assert list(tmp_path.rglob("*.nbi"))


def test_the_wheel_holds_the_four_packages_and_no_tests(tmp_path: Path) -> None:
    pytest.importorskip("uv_build")
    # The backend looks for its program on the PATH.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    subprocess.run(  # noqa: S603 - our own build
        [sys.executable, "-c", f"import uv_build; uv_build.build_wheel({str(tmp_path)!r})"],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        timeout=60,
        check=True,
    )
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [entries] = [name for name in names if name.endswith("entry_points.txt")]
        declared = archive.read(entries).decode()

    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES
    assert all(Path(name).suffix == ".py" for name in names if name[-1] != "/" and "-" not in name)
    parts = {part for name in names for part in Path(name).parts}
    assert not [
        part for part in parts if part in {"__pycache__", "tests"} or part.startswith("test_")
    ]
    assert "driftline = app.cli:main" in declared


def of(name: str, stage: int | None = None) -> list[Instruction]:
    return [step for step in STEPS if step.name == name and stage in {None, step.stage}]


def copied() -> set[str]:
    """Return what is copied from the repository."""
    return {
        source
        for step in of("COPY")
        if not any(flag.startswith("--from") for flag in step.flags)
        for source in step.text.split()[:-1]
    }
