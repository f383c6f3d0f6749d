"""What was told of the aliases of a registered model: its tag `driftline.aliases` in MLflow.

MLflow keeps no time of a move. Whoever sees one first writes the time down before anybody is told,
so that whoever tells it again, after a crash or on another worker, tells the same event.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import orjson

from schemas.events.codec import decode_event
from schemas.events.model_event import ModelEvent
from schemas.events.not_taken import NotTaken

MEMORY_TAG: Final = "driftline.aliases"

MOST_CHAMPIONS: Final = 20
"""Champions that are remembered: going back to one of them is a rollback."""

MOST_UNTOLD: Final = 4
"""A move of both aliases makes three events at most."""


class NoMemory(ValueError):
    """The tag holds something else."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The version that an alias was on.

    Attributes
    ----------
    number
        MLflow's own.
    version
        As predictions name it.
    """

    number: str
    version: str


@dataclass(frozen=True, slots=True)
class AliasMemory:
    """The aliases as they were last seen, and what is not told yet.

    Attributes
    ----------
    champion, challenger
        Who had them; None where nobody did.
    champions
        Numbers of versions that were the champion, the latest last.
    untold
        Model events of which nobody is sure that they were sent.
    """

    champion: Holder | None = None
    challenger: Holder | None = None
    champions: tuple[str, ...] = ()
    untold: tuple[ModelEvent, ...] = field(default=())

    def told(self) -> Self:
        """Return the same once all events were sent."""
        return replace(self, untold=())

    def text(self) -> str:
        """Return what the tag holds."""
        document = {
            "champion": _holder(self.champion),
            "challenger": _holder(self.challenger),
            "champions": list(self.champions),
            "untold": [
                {"type": each.type, "version": each.version, "timestamp": each.timestamp}
                for each in self.untold
            ],
        }
        return orjson.dumps(document).decode()

    @classmethod
    def of(cls, text: str, model: str) -> Self:
        """Return what a tag holds; events are of a model whatever it says.

        Raises
        ------
        NoMemory
            If it is something else.
        """
        try:
            document = orjson.loads(text)
            untold = [
                decode_event(ModelEvent, {**each, "model": model}) for each in document["untold"]
            ]
            memory = cls(
                champion=_read_holder(document["champion"]),
                challenger=_read_holder(document["challenger"]),
                champions=tuple(str(each) for each in document["champions"])[-MOST_CHAMPIONS:],
                untold=tuple(untold),
            )
        except (ValueError, TypeError, KeyError, NotTaken) as error:
            raise NoMemory(f"{MEMORY_TAG}: {error!r}") from None
        if len(untold) > MOST_UNTOLD or any(
            each.effects.becomes is None or each.timestamp is None for each in untold
        ):
            raise NoMemory(f"{MEMORY_TAG}: events that no alias makes")
        return memory


def _holder(holder: Holder | None) -> Mapping[str, str] | None:
    return None if holder is None else {"number": holder.number, "version": holder.version}


def _read_holder(document: Any) -> Holder | None:
    return None if document is None else Holder(str(document["number"]), str(document["version"]))
