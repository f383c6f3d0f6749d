"""A stand-in for MLflow's server: the part of its API that is used, and answers of other kinds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class FakeMlflow:
    """A registry in memory.

    Attributes
    ----------
    aliases, model_tags
        Of each registered model.
    versions
        Documents of versions, by the registered model and number.
    asked
        Method, path and what was asked for, of every request.
    answer
        Given in place of the right one, where it returns any.
    """

    url: str = ""
    aliases: dict[str, dict[str, str]] = field(default_factory=dict)
    model_tags: dict[str, dict[str, str]] = field(default_factory=dict)
    versions: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[str], web.Response | None] = lambda _: None
    hangs: bool = False

    def register(self, name: str, *numbers: int, **tags: str) -> None:
        """Add versions of a registered model."""
        self.aliases.setdefault(name, {})
        self.model_tags.setdefault(name, {})
        for number in numbers:
            run_id = f"run{number}"
            document = {"name": name, "version": str(number), "run_id": run_id, "tags": dict(tags)}
            self.versions[name, str(number)] = document

    def tags(self, name: str, number: int) -> dict[str, str]:
        """Return the tags of a version."""
        found: dict[str, str] = self.versions[name, str(number)]["tags"]
        return found

    def count(self, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(each == path for each, _ in self.asked)

    async def handle(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/api/2.0/mlflow/")
        said = dict(request.query) if request.method == "GET" else await request.json()
        self.asked.append((path, said))
        self.headers.append(dict(request.headers))
        if self.hangs:
            await asyncio.Event().wait()
        other = self.answer(path)
        return self._right(path, said) if other is None else other

    def _right(self, path: str, said: dict[str, str]) -> web.Response:
        if path == "model-versions/search":
            return web.json_response(self._search(said))
        name = said["name"]
        if name not in self.aliases:
            return web.json_response({"error_code": "RESOURCE_DOES_NOT_EXIST"}, status=404)
        if path == "registered-models/get":
            model = {
                "name": name,
                "aliases": [
                    {"alias": alias, "version": number}
                    for alias, number in self.aliases[name].items()
                ],
                "tags": _pairs(self.model_tags[name]),
            }
            return web.json_response({"registered_model": model})
        if path == "registered-models/set-tag":
            self.model_tags[name][said["key"]] = said["value"]
            return web.json_response({})
        return self._of_version(path, name, said)

    def _of_version(self, path: str, name: str, said: dict[str, str]) -> web.Response:
        version = self.versions.get((name, said["version"]))
        if version is None:
            return web.json_response({"error_code": "RESOURCE_DOES_NOT_EXIST"}, status=404)
        if path == "model-versions/set-tag":
            version["tags"][said["key"]] = said["value"]
            return web.json_response({})
        return web.json_response({"model_version": _document(version)})

    def _search(self, said: dict[str, str]) -> dict[str, Any]:
        name = said["filter"].removeprefix("name = ")[1:-1]
        of_model = [each for (model, _), each in self.versions.items() if model == name]
        of_model.sort(key=lambda each: -int(each["version"]))
        begin = int(said.get("page_token", "0"))
        end = begin + int(said["max_results"])
        page: dict[str, Any] = {"model_versions": [_document(e) for e in of_model[begin:end]]}
        if end < len(of_model):
            page["next_page_token"] = str(end)
        return page


def _document(version: dict[str, Any]) -> dict[str, Any]:
    return {**version, "tags": _pairs(version["tags"])}


def _pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


@asynccontextmanager
async def serving() -> AsyncIterator[FakeMlflow]:
    """Serve a registry for the length of the block."""
    fake = FakeMlflow()
    app = web.Application()
    app.router.add_route("*", "/api/2.0/mlflow/{path:.*}", fake.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    fake.url = f"http://{host}:{port}"
    try:
        yield fake
    finally:
        await runner.cleanup()
