"""Settings with which more of a sample would be taken, each tried on the sample itself."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.records.record import Record
from app.explain.candidates import candidates, plain_step
from app.explain.reading import RecordReading
from app.settings import Settings, TopicRole
from schemas.events.codec import decode_object
from schemas.events.invalid import InvalidMessage, Reason
from schemas.events.not_taken import NotTaken
from schemas.events.nothing_to_say import NothingToSay, Silence
from schemas.events.prediction import Prediction

ANY_MODEL: Final = "my-model"
"""Stands for the name that only the user knows."""

_MOST_ROUNDS: Final = 8
_MOST_TRIED: Final = 5
"""Candidates of a field that are tried."""

_MAPPED: Final = {
    TopicRole.PREDICTIONS: "prediction_fields",
    TopicRole.LABELS: "label_fields",
}
"""The setting that says where fields stand."""

_SCORES: Final = "scores"
_OF_THEIR_OWN: Final = frozenset({_SCORES, "timestamp"})
"""Called as features are, and parts of a prediction: neither is proposed for them. A date in what
was read of an invoice is not when it was read."""

_OPTIONAL: Final = {
    TopicRole.PREDICTIONS: (
        *("features", "prediction", _SCORES, "timestamp", "version"),
        *("prediction_id", "model"),
    ),
    TopicRole.LABELS: ("timestamp", "prediction_id"),
}
"""Fields whose absence refuses nothing, and yet changes what is understood."""

_SURELY: Final = {
    "prediction_id": frozenset({"predictionid"}),
    "model": frozenset({"modelname", "modelid"}),
}
"""The only names of those that the record's key, or a setting, stands for as well."""

_LIMITS: Final = {
    Reason.TOO_LARGE: "limits.message_bytes",
    Reason.TOO_MANY_FEATURES: "limits.features_per_event",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """What to set.

    Attributes
    ----------
    settings
        Values by the settings' paths, mappings as a whole.
    adopted
        The whole settings with them.
    records
        The records of the sample that are taken with them.
    """

    settings: Mapping[str, Any]
    adopted: Settings
    records: Sequence[Record]


def advise(settings: Settings, role: TopicRole, records: Sequence[Record]) -> Advice | None:
    """Return settings with which more is taken or understood; None where none are known."""
    trial = _Trial(settings, role, records)
    trial.mend()
    trial.add_optional()
    # An envelope is left closed where a setting leads into it: more of its members are in reach.
    trial.mend()
    return trial.advice()


class _Trial:
    """Settings that are changed step by step, while that helps."""

    def __init__(self, settings: Settings, role: TopicRole, records: Sequence[Record]) -> None:
        self._records, self._role = records, role
        self._settings = settings
        self._changes: dict[str, Any] = {}
        self._documents = [
            found for record in records if (found := _document(record, settings)) is not None
        ]
        self._outcome = _outcome(settings, role, records)

    def mend(self) -> None:
        """Change what is refused most, as long as it helps."""
        for _ in range(_MOST_ROUNDS):
            if not any(self._try(why) for why, _ in self._outcome.refused.most_common()):
                return

    def add_optional(self) -> None:
        """Name the places of optional fields that no document has under their own name."""
        for name in _OPTIONAL.get(self._role, ()):
            mapped = name in getattr(self._settings.intake, _MAPPED[self._role])
            if mapped or name in self._outcome.known or self._stands(name):
                continue
            paths = self._candidates(name)
            if name in _SURELY:
                own = f".{name}"  # within an envelope it is found as it is
                surely = [path for path in paths if plain_step(path) in _SURELY[name]]
                paths = [path for path in surely if not path.endswith(own)]
            for path in (self._free(name, paths) if name in _OF_THEIR_OWN else paths)[:1]:
                self._adopt(*self._mapping(name, path))

    def _stands(self, name: str) -> bool:
        """Tell whether a document has a field under its own name."""
        return any(name in document for document in self._documents)

    def _free(self, field: str, paths: Sequence[str]) -> list[str]:
        """Return the paths at which no other field stands, nor anything that is part of one."""
        mapped = getattr(self._settings.intake, _MAPPED[self._role])
        taken = [mapped.get(name, name) for name in Prediction.model_fields if name != field]
        return [path for path in paths if not any(f"{path}.".startswith(f"{at}.") for at in taken)]

    def advice(self) -> Advice | None:
        """Return what was changed."""
        if not self._changes:
            return None
        return Advice(self._changes, self._settings, self._outcome.taken)

    def _try(self, why: tuple[Reason, str]) -> bool:
        reason, name = why
        if reason in _LIMITS:
            return False  # the sample cannot tell how large they may become
        for path in self._candidates(name)[:_MOST_TRIED]:
            if self._adopt(*self._mapping(name, path), against=why):
                return True
        if name == "model" and self._role is TopicRole.PREDICTIONS:
            changed = {"intake.model": ANY_MODEL}
            return self._adopt(_with(self._settings, model=ANY_MODEL), changed, against=why)
        return False

    def _candidates(self, name: str) -> list[str]:
        if not self._documents or self._role not in _MAPPED:
            return []
        return candidates(name, self._documents)

    def _mapping(self, name: str, path: str) -> tuple[Settings, dict[str, Any]]:
        where = _MAPPED[self._role]
        paths = {**getattr(self._settings.intake, where), name: path}
        return _with(self._settings, **{where: paths}), {f"intake.{where}": paths}

    def _adopt(
        self,
        settings: Settings,
        changed: Mapping[str, Any],
        against: tuple[Reason, str] | None = None,
    ) -> bool:
        """Take a change over where it helps: fewer records are refused for that."""
        outcome = _outcome(settings, self._role, self._records)
        if len(outcome.taken) < len(self._outcome.taken):
            return False
        if against is not None and outcome.refused[against] >= self._outcome.refused[against]:
            return False
        self._settings, self._outcome = settings, outcome
        self._changes |= changed
        return True


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Which records are taken, and how many are refused for which reason in which field."""

    taken: Sequence[Record]
    refused: Counter[tuple[Reason, str]]
    known: frozenset[str]
    """The optional fields that one of them has, wherever it stands."""


def _outcome(settings: Settings, role: TopicRole, records: Sequence[Record]) -> _Outcome:
    reading = RecordReading(settings, role)
    taken, refused, known = [], Counter[tuple[Reason, str]](), set[str]()
    for record in records:
        try:
            known.update(*(row.known for row in reading.rows(record)))
        except InvalidMessage as why:
            refused[why.reason, field_of(why)] += 1
        except NothingToSay as why:
            # Skipped, and yet it may have a label under a name that a setting can say.
            refused[Reason.MISSING_FIELD, "label"] += why.silence is Silence.UNNAMED
        except NotTaken:
            continue
        else:
            taken.append(record)
    return _Outcome(taken, refused, frozenset(known))


def field_of(why: InvalidMessage) -> str:
    """Return the field that a refusal names; empty where it names none."""
    name, colon, _ = why.detail.partition(":")
    return name if colon and " " not in name else ""


def limit_of(reason: Reason) -> str | None:
    """Return the limit that a record exceeds, where it is a setting."""
    return _LIMITS.get(reason)


def _document(record: Record, settings: Settings) -> dict[str, Any] | None:
    try:
        return decode_object(record.value, largest=settings.limits.message_bytes)
    except NotTaken:
        return None


def _with(settings: Settings, **changes: Any) -> Settings:
    intake = settings.intake.model_copy(update=changes)
    return settings.model_copy(update={"intake": intake})
