r"""A service that serves two versions of a model as Driftline's routing says.

``python docs/examples/two_versions.py --driftline http://127.0.0.1:9464`` listens on a port and
takes ``POST /score`` with ``{"id": "a1", "customer": "c7", "features": {"amount": 12.5}}``. It
answers by the version that the customer is routed to, and writes a prediction for it, and one for
each version in the shadow under the same id, to standard output: the id, a tab and the event, as
``kcat -P -K '\t'`` takes them.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from driftline_routing import PortReader, Routing

Model = Callable[[Mapping[str, Any]], float]
Publish = Callable[[str, str], None]

MODEL = "fraud"


def cautious(features: Mapping[str, Any]) -> float:
    """Return the score of version 7."""
    return min(float(features["amount"]) / 1000.0, 1.0)


def bold(features: Mapping[str, Any]) -> float:
    """Return the score of version 8, which trusts small amounts more."""
    score: float = cautious(features) ** 1.5
    return score


VERSIONS: Mapping[str, Model] = {"7": cautious, "8": bold}


class ScoringService:
    """Scores requests by the version that each is routed to.

    Parameters
    ----------
    routing
        What says so.
    publish
        Takes the key and the value of a prediction event.
    default
        The version that answers where no route is known, and where a route names a version that is
        not here: a service that knows better than to fail.
    """

    def __init__(self, routing: Routing, publish: Publish, default: str = "7") -> None:
        self._routing = routing
        self._publish = publish
        self._default = default

    def score(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a request; publish its prediction, and those of versions in the shadow."""
        version = self._routing.route(MODEL, str(request["customer"]), default=self._default)
        if version not in VERSIONS:
            version = self._default
        score = VERSIONS[version](request["features"])
        self._tell(request, version, score)
        for shadow in self._routing.shadows(MODEL):
            if shadow in VERSIONS and shadow != version:
                self._tell(request, shadow, VERSIONS[shadow](request["features"]))
        return {"id": request["id"], "version": version, "score": score}

    def _tell(self, request: Mapping[str, Any], version: str, score: float) -> None:
        event = {
            "prediction_id": request["id"],
            "model": MODEL,
            "version": version,
            "timestamp": round(time.time() * 1000),
            "features": request["features"],
            "prediction": score,
        }
        self._publish(str(request["id"]), json.dumps(event))


def server_of(service: ScoringService, port: int) -> ThreadingHTTPServer:
    """Return a server of a service that listens on a port of this machine; 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                status, answer = 200, service.score(json.loads(body))
            except (ValueError, KeyError, TypeError) as error:
                status, answer = 400, {"error": repr(error)}
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Keep standard error for what goes wrong."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--driftline", required=True, help="address of a worker's port")
    parser.add_argument("--token", help="of that port, where it asks for one")
    parser.add_argument("--port", type=int, default=8080, help="to listen on")
    options = parser.parse_args()
    routing = Routing()

    def publish(key: str, value: str) -> None:
        print(key, value, sep="\t", flush=True)

    with PortReader(routing, options.driftline, [MODEL], token=options.token):
        server_of(ScoringService(routing, publish), options.port).serve_forever()


if __name__ == "__main__":
    main()
