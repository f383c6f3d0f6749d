"""The connections to the worker's port: bounded in number, and in how slow they may be.

Where there are as many as there may be, the one that has waited the longest gives way to the next:
whoever opens connections and says nothing shuts out no probe, whose failure would end the worker.
"""

import asyncio
import socket
from asyncio import TimerHandle, Transport
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from app.metrics import Refusal

_TRY_AGAIN_S: Final = 0.5
"""Where descriptors have run out."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What connections may cost.

    Attributes
    ----------
    most
        Of them at once, those that still make TLS among them.
    request_s
        Seconds until the first request has come to the end of its headers; TLS as well.
    answer_s
        Seconds in which an answer is read and the next request comes.
    line, header, headers
        Bytes of the request line and of each header, and how many headers.
    """

    most: int = 256
    request_s: float = 10.0
    answer_s: float = 30.0
    line: int = 8190
    header: int = 4096
    headers: int = 64


class Connections:
    """Takes connections of a listening socket until it ends.

    Parameters
    ----------
    listener
        Owned from now on.
    server
        Of aiohttp: what answers.
    limits
        What connections may cost.
    refused
        Told of each connection that is refused or given up.
    tls
        The port's certificate; None for plain HTTP.
    """

    def __init__(
        self,
        listener: socket.socket,
        server: web.Server,
        limits: ConnectionLimits,
        refused: Callable[[Refusal], None],
        tls: SSLContext | None = None,
    ) -> None:
        self._listener = listener
        self._server = server
        self._limits = limits
        self._refused = refused
        self._tls = tls
        self._open: set[Connection] = set()
        self._openings: dict[Connection, asyncio.Task[None]] = {}
        self._accepting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take connections from now on."""
        self._listener.settimeout(0)
        self._accepting = asyncio.create_task(self._accept())

    @property
    def unread(self) -> int:
        """Bytes of answers that their readers have not taken yet."""
        return sum(connection.unread for connection in self._open)

    async def end(self) -> None:
        """Take no more of them, and give up those that are being made."""
        tasks = [*self._openings.values(), *([self._accepting] if self._accepting else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listener.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, _ = await loop.sock_accept(self._listener)
            except OSError:
                await asyncio.sleep(_TRY_AGAIN_S)
                continue
            if len(self._open) >= self._limits.most:
                self._refused(Refusal.CONNECTIONS)
                if not self._make_room():
                    accepted.close()
                    continue
            connection = Connection(self._server, self._limits, self._refused, self._open.discard)
            self._open.add(connection)
            self._openings[connection] = asyncio.create_task(self._open_one(accepted, connection))
            # It begins before the next one is taken: what has not begun would close nothing when it
            # is given up.
            await asyncio.sleep(0)

    def _make_room(self) -> bool:
        """Give up the connection that waits the longest; say whether any waits."""
        waiting = [connection for connection in self._open if connection.waits_since is not None]
        if not waiting:
            return False
        longest = min(waiting, key=lambda connection: connection.waits_since or 0.0)
        if longest in self._openings:
            self._openings[longest].cancel()
        longest.abort()
        # Not only once its end has been told: further ones may have come in the same moment.
        self._open.discard(longest)
        return True

    async def _open_one(self, accepted: socket.socket, connection: "Connection") -> None:
        timeout = None if self._tls is None else self._limits.request_s
        is_made = False
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: connection, accepted, ssl=self._tls, ssl_handshake_timeout=timeout
            )
            is_made = True
        except OSError:
            self._refused(Refusal.HANDSHAKE)
        finally:
            del self._openings[connection]
            if not is_made:
                self._open.discard(connection)
                with suppress(OSError):
                    accepted.close()


class Connection(web.RequestHandler):
    """One connection, given up when its request or its reader is too slow.

    Attributes
    ----------
    waits_since
        By the loop's clock, since when the other side is waited for; None while a request of it is
        worked on.
    """

    def __init__(
        self,
        server: web.Server,
        limits: ConnectionLimits,
        refused: Callable[[Refusal], None],
        lost: Callable[["Connection"], None],
    ) -> None:
        loop = asyncio.get_running_loop()
        options: dict[str, Any] = {
            "keepalive_timeout": limits.answer_s,
            "max_line_size": limits.line,
            "max_field_size": limits.header,
            "max_headers": limits.headers,
            "lingering_time": 0,
            "access_log": None,
        }
        super().__init__(server, loop=loop, **options)
        self._limits = limits
        self._refused = refused
        self._lost = lost
        self._timer: TimerHandle | None = None
        self._has_asked = False
        self.waits_since: float | None = loop.time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first request, not for long."""
        super().connection_made(transport)
        self._wait(self._limits.request_s)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Make room for another."""
        self._stop_waiting()
        self._lost(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Count what is no request; whoever sends it writes nothing to the log by it."""
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        self._refused(Refusal.MALFORMED)
        answer = web.Response(status=status, text="this is no request that is served here\n")
        answer.force_close()
        return answer

    @property
    def unread(self) -> int:
        """Bytes of answers that the reader has not taken yet."""
        transport = self.transport
        return transport.get_write_buffer_size() if isinstance(transport, Transport) else 0

    def begin(self) -> None:
        """Take note that a request has come."""
        self._has_asked = True
        self._stop_waiting()

    def answered(self) -> None:
        """Take note that its answer is about to be sent."""
        if self.transport is not None:
            self._wait(self._limits.answer_s)

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        loop = asyncio.get_running_loop()
        self.waits_since = loop.time()
        self._timer = loop.call_later(seconds, self._give_up)

    def _stop_waiting(self) -> None:
        self.waits_since = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        transport = self.transport
        if not isinstance(transport, Transport):
            return
        if not self._has_asked:
            self._refused(Refusal.SLOW_REQUEST)
        elif self.unread:
            self._refused(Refusal.SLOW_READER)
        self.abort()

    def abort(self) -> None:
        """Close it at once, whatever is unread."""
        if isinstance(self.transport, Transport):
            self.transport.abort()
