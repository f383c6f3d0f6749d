"""The acts of a model's life, each with what must have come of it before the next begins."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from schemas.events.routing import DecidedBy, ModelRoute, RoutingMode
from schemas.events.times import parse_time
from tests.pipeline.life.service import BEGIN, CHUNK, EVERY, LATE, Document, Service

HEALTHY: Final = 600
STEPS: Final = (0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Life:
    """Plays the acts one after the other; whoever is at work is killed after each.

    Attributes
    ----------
    service
        Answers the requests, and tells what happens to versions.
    """

    service: Service

    def play(self) -> None:
        """Play all of it."""
        for act in (
            self.is_healthy,
            self.drifts,
            self.is_retrained,
            self.has_a_shadow,
            partial(self.ramps, "2"),
            self.falls_back,
            partial(self.has_a_challenger, "3"),
            partial(self.ramps, "3"),
            self.has_another_champion,
        ):
            act()
            self.service.stage.strike()
        self.service.serve()

    def is_healthy(self) -> None:
        """Version 1 serves in the world that it was made for."""
        self.service.happens("version_deployed", "1")
        self.service.order(only="1")
        self.service.serve(HEALTHY)
        assert self._found("drift-alerts") == []
        assert self._found("retrain-requests") == []
        assert self._found("model-comparisons") == []

    def drifts(self) -> None:
        """The world becomes another one: the amounts, and what version 1 misses."""
        self.service.has_drifted = True
        self.service.serve_until(lambda: bool(self._found("retrain-requests")), at_most=900)
        alerts = _by_id(self._found("drift-alerts"), "alert_id")
        assert "amount" in _drifted(alerts), alerts
        (recall,) = [each for each in alerts if each["kind"] == "performance"]
        assert (recall["threshold"], recall["status"]) == ("recall[1] >= 0.75", "opened")
        (request,) = _by_id(self._found("retrain-requests"), "request_id")
        assert (request["version"], request["replaces"]) == ("1", "1")
        assert [each["alert_id"] for each in request["alerts"]] == [recall["alert_id"]]
        # It begins with the new world: of rows that are not among the latest 256, the position is
        # known of one in 256.
        since = self._request_at(request["training"]["since"])
        assert HEALTHY - 256 <= since < HEALTHY + 150, since
        assert self._request_at(request["training"]["until"]) <= self.service.requests + LATE
        assert request["training"]["labelled_rows"] >= 30
        assert request["training"]["is_enough"]

    def is_retrained(self) -> None:
        """A pipeline answers the request, and version 2 comes of it."""
        (request,) = _by_id(self._found("retrain-requests"), "request_id")
        answers = {"request_id": request["request_id"]}
        self.service.happens("retrain_started", "1", **answers)
        self.service.serve()
        until = {"data_until": self.service.now}
        self.service.happens("retrain_completed", "2", **answers, **until)
        self.service.happens("version_challenger", "2")
        self.service.serve()
        assert len(_by_id(self._found("retrain-requests"), "request_id")) == 1

    def has_a_shadow(self) -> None:
        """Version 2 scores the requests that version 1 answers; they are compared in pairs."""
        self.service.order(shadows=("2",), baseline="1")
        self.service.serve_until(lambda: self._is_compared("shadow", "2", "1", 50), at_most=300)

    def has_a_challenger(self, version: str) -> None:
        """A version comes that was trained on the new world."""
        self.service.happens("retrain_completed", version, data_until=self.service.now)
        self.service.happens("version_challenger", version)
        self.service.serve()

    def ramps(self, candidate: str) -> None:
        """A version is a canary, and takes the first step by its labels."""
        self.service.order(canary=candidate, baseline="1", steps=STEPS)
        self.service.serve_until(lambda: self._route.versions[0].share == STEPS[1], at_most=800)
        own = self._route
        assert (own.mode, own.decision.kind) == (RoutingMode.CANARY, DecidedBy.DRIFTLINE)
        assert own.decision.reason.startswith("advanced: ")

    def falls_back(self) -> None:
        """Version 2 is better in all, and misses the frauds of a country: version 1 has it all."""
        self.service.serve_until(lambda: self._route.mode is RoutingMode.SINGLE, at_most=900)
        route = self._route
        assert [(each.version, each.share) for each in route.versions] == [("1", 1.0)]
        # Topics have no order among them: what was written before the route may be read after it.
        self.service.serve_until(self._is_asked_for, at_most=2 * CHUNK)
        (request,) = _by_id(self._found("rollback-requests"), "request_id")
        assert (request["version"], request["target"]) == ("2", "1")
        assert (request["cause"], request["route_id"]) == ("segment_worse", route.route_id)
        for harm in request["evidence"]:
            assert harm["segment"] == {"name": "country", "value": "FR"}
            assert harm["high"] < 0.0
            assert harm["statistic"] >= harm["limit"]
        # Missed frauds are errors, too: which of the two is known first is a matter of rows.
        assert {each["metric"] for each in request["evidence"]} <= {"recall[1]", "accuracy"}
        look = next(
            each for each in self._found("model-comparisons") if each["decision"] == "rollback"
        )
        assert (look["version"], look["baseline"], look["verdict"]) == ("2", "1", "failed")
        assert "where country is FR" in look["message"]
        assert {each["found_in"] for each in request["evidence"]} == {look["comparison_id"]}
        assert look["as_of"] == request["decided_at"]
        evidence = route.decision.evidence
        assert evidence is not None
        assert evidence.as_of.model_dump() == request["decided_at"]
        assert all(each["finding"] != "worse" for each in look["metrics"])
        self.service.serve()
        assert self._route == route
        assert len(_by_id(self._found("rollback-requests"), "request_id")) == 1
        gone_back = partial(self._events, "version_rolled_back")
        self.service.serve_until(lambda: bool(gone_back()), at_most=2 * CHUNK)
        (gone,) = gone_back()
        assert (gone["version"], gone["timestamp"]) == ("2", route.decision.time)

    def has_another_champion(self) -> None:
        """Version 3 has all of the traffic, is known to be better, and becomes the champion."""
        self.service.serve_until(lambda: self._route.mode is RoutingMode.SINGLE, at_most=1500)
        route = self._route
        assert [(each.version, each.share) for each in route.versions] == [("3", 1.0)]
        assert route.decision.reason.startswith("promoted: ")
        self.service.serve()
        deployments = partial(self._events, "version_deployed")
        self.service.serve_until(lambda: len(deployments()) > 1, at_most=2 * CHUNK)
        _, deployed = deployments()
        assert (deployed["version"], deployed["timestamp"]) == ("3", route.decision.time)

    def routes(self) -> list[ModelRoute]:
        """Return the routes of the whole life, each once."""
        routes = {each.route_id: each for each in self.service.routes}
        return sorted(routes.values(), key=lambda each: each.revision)

    @property
    def _route(self) -> ModelRoute:
        route = self.service.route
        assert route is not None
        return route

    def _found(self, topic: str) -> list[Document]:
        return self.service.stage.found(topic)

    def _events(self, kind: str) -> list[Document]:
        """Return what happened of a type, each once, by time."""
        events = [each for each in self._found("model-events") if each["type"] == kind]
        found = {(each["version"], str(each["timestamp"])): each for each in events}
        return sorted(found.values(), key=lambda each: str(each["timestamp"]))

    def _is_compared(self, mode: str, version: str, baseline: str, labels: int) -> bool:
        looks = [
            each
            for each in self._found("model-comparisons")
            if (each["mode"], each["version"], each["baseline"]) == (mode, version, baseline)
        ]
        return any(each["exposure"]["candidate"]["labelled"] >= labels for each in looks)

    def _is_asked_for(self) -> bool:
        looks = self._found("model-comparisons")
        is_decided = any(each["decision"] == "rollback" for each in looks)
        return is_decided and bool(self._found("rollback-requests"))

    def _request_at(self, time: str) -> int:
        """Return the number of the request that was made at an event time."""
        return (parse_time(time) // 1000 - BEGIN) // EVERY


def served(routes: list[ModelRoute]) -> list[tuple[str, str, float]]:
    """Return who decided each route that changed what serves, which version it has first, and its
    share."""
    found = [
        (str(each.decision.kind), each.versions[0].version, each.versions[0].share)
        for each in routes
    ]
    return [each for number, each in enumerate(found) if number == 0 or each != found[number - 1]]


def _by_id(documents: list[Document], name: str) -> list[Document]:
    """Return each event once: a worker that was killed has written some again, with their ids."""
    return list({each[name]: each for each in documents}.values())


def _drifted(alerts: list[Document]) -> set[str]:
    """Return the columns of which alerts say that they have changed, alone or with others."""
    alone = {each["feature"] for each in alerts if each["kind"] == "feature_drift"}
    together = [each["columns"] for each in alerts if each["kind"] == "model_drift"]
    return alone | {column["feature"] for columns in together for column in columns}
