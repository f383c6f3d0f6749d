"""MLflow's REST API, as far as aliases and tags need it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import aiohttp
import orjson

from app.mlflow.access import MlflowAccess
from app.mlflow.outcomes import MlflowFailure, RequestOutcome
from app.mlflow.registered import NotMlflow, RegisteredModel, RegisteredVersion, versions_of

AnswerT = TypeVar("AnswerT")

_API: Final = "/api/2.0/mlflow/"

LARGEST_ANSWER: Final = 16_000_000
"""Bytes of an answer: a page of versions with long descriptions takes some megabytes."""

PAGE: Final = 500
"""Versions that are asked for at once."""

MOST_PAGES: Final = 40
"""Pages that are asked for: of more than 20,000 versions the latest are known."""


class MlflowClient:
    """Asks an MLflow server; each method raises `MlflowFailure` where it did not answer as it does.

    Parameters
    ----------
    access
        Where it is, and how it is asked.
    counted
        Told how each request ended.
    """

    def __init__(self, access: MlflowAccess, counted: Callable[[RequestOutcome], None]) -> None:
        self._access = access
        self._counted = counted
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """End the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def model(self, name: str) -> RegisteredModel:
        """Return a registered model with its aliases."""
        return await self._read("registered-models/get", {"name": name}, RegisteredModel.of)

    async def version(self, name: str, number: str) -> RegisteredVersion:
        """Return a version of a registered model."""

        def read(document: Mapping[str, Any]) -> RegisteredVersion:
            return RegisteredVersion.of(document.get("model_version"))

        return await self._read("model-versions/get", {"name": name, "version": number}, read)

    async def versions(self, name: str) -> list[RegisteredVersion]:
        """Return the versions of a registered model, the latest first; at most 20,000."""
        found: list[RegisteredVersion] = []
        quote = '"' if "'" in name else "'"
        asked = {
            "filter": f"name = {quote}{name}{quote}",
            "max_results": str(PAGE),
            "order_by": "version_number DESC",
        }
        for _ in range(MOST_PAGES):
            page, token = await self._read("model-versions/search", asked, versions_of)
            found += page
            if not token:
                break
            asked = {**asked, "page_token": token}
        return found

    async def tag_model(self, name: str, key: str, value: str) -> None:
        """Give a registered model a tag, in place of one of the same key."""
        await self._write("registered-models/set-tag", name=name, key=key, value=value)

    async def tag_version(self, name: str, number: str, key: str, value: str) -> None:
        """Give a version a tag, in place of one of the same key."""
        asked = {"name": name, "version": number, "key": key, "value": value}
        await self._write("model-versions/set-tag", **asked)

    async def _read(
        self, path: str, asked: Mapping[str, str], read: Callable[[Mapping[str, Any]], AnswerT]
    ) -> AnswerT:
        return await self._request("GET", path, {"params": asked}, read)

    async def _write(self, path: str, **said: str) -> None:
        body = {"data": orjson.dumps(said), "headers": {"Content-Type": "application/json"}}
        await self._request("POST", path, body, lambda _: None)

    async def _request(
        self,
        method: str,
        path: str,
        options: Mapping[str, Any],
        read: Callable[[Mapping[str, Any]], AnswerT],
    ) -> AnswerT:
        try:
            async with asyncio.timeout(self._access.timeout):
                found = read(await self._document(method, path, options))
        except MlflowFailure as failure:
            self._counted(failure.outcome)
            raise
        except TimeoutError:
            said = f"{path} took longer than {self._access.timeout:g} s"
            raise self._failed(RequestOutcome.TIMEOUT, said) from None
        except (NotMlflow, orjson.JSONDecodeError, aiohttp.ClientPayloadError) as error:
            said = f"{path} gave no answer of MLflow's: {error}"
            raise self._failed(RequestOutcome.UNREADABLE, said) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            said = f"{path} cannot be asked for: {str(error) or type(error).__name__}"
            raise self._failed(RequestOutcome.UNREACHABLE, said) from None
        self._counted(RequestOutcome.OK)
        return found

    def _failed(self, outcome: RequestOutcome, said: str) -> MlflowFailure:
        self._counted(outcome)
        return MlflowFailure(outcome, said)

    async def _document(
        self, method: str, path: str, options: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        session = self._connected()
        address = f"{self._access.address}{_API}{path}"
        async with session.request(method, address, allow_redirects=False, **options) as answer:
            outcome = outcome_of(answer.status)
            if outcome is not RequestOutcome.OK:
                raise MlflowFailure(outcome, f"{path} was answered with {answer.status}")
            body = bytearray()
            async for piece in answer.content.iter_chunked(1 << 16):
                body += piece
                if len(body) > LARGEST_ANSWER:
                    raise NotMlflow(f"more than {LARGEST_ANSWER} bytes")
        document = orjson.loads(bytes(body))
        if not isinstance(document, dict):
            raise NotMlflow("no JSON object")
        return document

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            tls = self._access.tls
            self._session = aiohttp.ClientSession(
                headers=self._access.headers,
                connector=aiohttp.TCPConnector(limit=4, ssl=True if tls is None else tls),
                # What a proxy of a company sets for one request is not sent with the next.
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def outcome_of(status: int) -> RequestOutcome:
    """Return what a status of HTTP says."""
    known = {
        200: RequestOutcome.OK,
        401: RequestOutcome.DENIED,
        403: RequestOutcome.DENIED,
        404: RequestOutcome.NOT_FOUND,
        429: RequestOutcome.THROTTLED,
    }
    if status in known:
        return known[status]
    if status >= 500:
        return RequestOutcome.FAILED
    if status >= 400:
        return RequestOutcome.REFUSED
    return RequestOutcome.REDIRECTED if status >= 300 else RequestOutcome.UNREADABLE
