"""From aliases that have moved to model events."""

from collections.abc import Callable
from dataclasses import replace

from app.mlflow.memory import MOST_CHAMPIONS, AliasMemory, Holder
from schemas.events.model_event import EFFECTS, ModelEvent, ModelEventType
from schemas.events.version_status import VersionStatus


def moved(
    before: AliasMemory,
    model: str,
    now: str,
    *,
    champion: Holder | None,
    challenger: Holder | None,
    status_of: Callable[[str], VersionStatus | None],
) -> AliasMemory:
    """Return what there is to tell of aliases, added to what is still untold.

    A version on both aliases is the champion. One that takes the champion's place is deployed, or,
    where it has the lower number and was the champion before, rolled back to. One that loses an
    alias and gets neither is retired, unless another champion took its place, which says so.

    Parameters
    ----------
    before
        What was told.
    model
        Whose aliases they are.
    now
        RFC 3339: when they were seen.
    champion, challenger
        Who has them.
    status_of
        What Driftline knows of a version by its name, None where it knows nothing: where model
        events of a pipeline have said it already, nothing is told.
    """
    if challenger is not None and champion is not None and challenger.number == champion.number:
        challenger = None
    found: list[tuple[ModelEventType, str]] = []
    if _number(champion) != _number(before.champion):
        found += _champion_moved(before, champion)
    if _number(challenger) != _number(before.challenger):
        gone = before.challenger
        if gone is not None and gone.number != _number(champion):
            found.append((ModelEventType.VERSION_RETIRED, gone.version))
        if challenger is not None:
            found.append((ModelEventType.VERSION_CHALLENGER, challenger.version))
    # Two aliases may have changed places: who has one of them is not retired.
    serving = {each.version for each in (champion, challenger) if each is not None}
    events = tuple(
        ModelEvent(type=kind, model=model, version=version, timestamp=now)
        for kind, version in found
        if not (kind is ModelEventType.VERSION_RETIRED and version in serving)
        and status_of(version) is not EFFECTS[kind].becomes
    )
    return replace(
        before,
        champion=champion,
        challenger=challenger,
        champions=_champions(before, champion),
        untold=(*before.untold, *events),
    )


def _champion_moved(
    before: AliasMemory, champion: Holder | None
) -> list[tuple[ModelEventType, str]]:
    gone = before.champion
    if champion is None:
        return [] if gone is None else [(ModelEventType.VERSION_RETIRED, gone.version)]
    is_back = (
        gone is not None and _order(champion) < _order(gone) and champion.number in before.champions
    )
    kind = ModelEventType.ROLLED_BACK if is_back else ModelEventType.VERSION_DEPLOYED
    return [(kind, champion.version)]


def _champions(before: AliasMemory, champion: Holder | None) -> tuple[str, ...]:
    if champion is None or champion.number in before.champions[-1:]:
        return before.champions
    others = [each for each in before.champions if each != champion.number]
    return (*others, champion.number)[-MOST_CHAMPIONS:]


def _number(holder: Holder | None) -> str | None:
    return None if holder is None else holder.number


def _order(holder: Holder) -> int:
    return int(holder.number) if holder.number.isdecimal() else 0
