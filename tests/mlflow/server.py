"""MLflow's server as a process, and a plain client of its REST API."""

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Final, Self

from tests.agents.transport.worker_process import wait_until
from tests.kafka.ports import free_port

ENVIRONMENT: Final = Path(sys.prefix, "mlflow")
"""Where `make test` installs it."""

_START_S: Final = 170.0
"""It makes its tables first, on a busy machine."""


class MlflowUnavailable(Exception):
    """The server is not installed."""


class MlflowServer:
    """A server with an empty registry; killed when the block ends.

    Parameters
    ----------
    folder
        For its database and its log.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._port = free_port()

    @property
    def url(self) -> str:
        """The tracking URI."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        program = shutil.which("mlflow", path=str(ENVIRONMENT / "bin"))
        if program is None:
            raise MlflowUnavailable(f"no MLflow in {ENVIRONMENT}: `make test` installs it")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - pinned by hashes
                [
                    *(
                        program,
                        "server",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        str(self._port),
                        "--workers",
                        "1",
                    ),
                    f"--backend-store-uri=sqlite:///{self._folder / 'mlflow.db'}",
                    f"--default-artifact-root={self._folder / 'artifacts'}",
                ],
                cwd=self._folder,
                env={
                    **os.environ,
                    "MLFLOW_DISABLE_TELEMETRY": "true",
                    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
                    # It would remember for a minute that there were no webhooks.
                    "MLFLOW_WEBHOOK_CACHE_TTL": "0",
                    # Webhooks go to the loopback here, without a certificate.
                    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http",
                    "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers, within=_START_S, why=self._log.read_text)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            # With those that it has started itself.
            os.killpg(self._process.pid, 9)
            self._process.wait(10.0)

    @property
    def _log(self) -> Path:
        return self._folder / "mlflow.log"

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()[-6_000:]
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self._port}/health", timeout=5
            ) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def get(self, path: str, **asked: str) -> dict[str, Any]:
        """Ask for something; return the document."""
        return self._ask("GET", f"{path}?{urllib.parse.urlencode(asked)}", None)

    def post(self, path: str, **said: object) -> dict[str, Any]:
        """Say something; return the document."""
        return self._ask("POST", path, said)

    def delete(self, path: str, **said: object) -> None:
        """Delete something."""
        self._ask("DELETE", path, said)

    def register(self, name: str, versions: int) -> None:
        """Make a registered model with so many versions, of runs named after their numbers."""
        self.post("registered-models/create", name=name)
        for number in range(1, versions + 1):
            self.post(
                "model-versions/create", name=name, source="s3://models/x", run_id=f"run{number}"
            )

    def set_alias(self, name: str, alias: str, number: int) -> None:
        """Set an alias, wherever it was."""
        self.post("registered-models/alias", name=name, alias=alias, version=str(number))

    def tags(self, name: str, number: int) -> dict[str, str]:
        """Return the tags of a version."""
        version = self.get("model-versions/get", name=name, version=str(number))["model_version"]
        return {each["key"]: each["value"] for each in version.get("tags", [])}

    def add_webhook(self, url: str, secret: str) -> None:
        """Have the moves of aliases told."""
        actions = ("CREATED", "DELETED")
        events = [{"entity": "MODEL_VERSION_ALIAS", "action": each} for each in actions]
        self.post("webhooks", name="driftline", url=url, secret=secret, events=events)

    def _ask(self, method: str, path: str, said: dict[str, object] | None) -> dict[str, Any]:
        body = None if said is None else json.dumps(said).encode()
        request = urllib.request.Request(  # noqa: S310 - of the loopback
            f"{self.url}/api/2.0/mlflow/{path}",
            data=body,
            headers={"Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
                found: dict[str, Any] = json.loads(answer.read())
                return found
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read()!r}") from None
