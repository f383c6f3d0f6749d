"""Which version of a model served before another, and which one the model can go back to."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from detectors.versions.lifecycle import Standing
from detectors.versions.traffic import HOUR, Traffic
from schemas.events.version_status import VersionStatus


class VersionsBefore(StrEnum):
    """Why no version is the one before another."""

    NONE = "none"
    ROLLED_BACK = "rolled_back"
    SEVERAL = "several"


def version_before(
    version: str, standing: Standing, served: Mapping[str, Traffic]
) -> str | VersionsBefore:
    """Return the version that served before another one, whose rows may have come by now.

    Of the champion the one that was it last; of others the latest champion before their first
    row. None that was rolled back, nor one without rows; where events name none, the only other
    version that had rows within the last hour before that one, or the latest one before that.

    Parameters
    ----------
    version
        The other one.
    standing
        How the versions of the model stand by its model events.
    served
        The rows of its versions, of those that had any.
    """
    before = standing.before
    if standing.champion == version and before is not None and before in served:
        return before
    own = served.get(version)
    first = None if own is None else own.first
    others = {
        name: traffic
        for name, traffic in served.items()
        if name != version and (first is None or traffic.first < first)
    }
    if not others:
        return VersionsBefore.NONE
    for name in (standing.champion, *reversed(standing.good)):
        if name is not None and name in others:
            return name
    rolled_back = VersionStatus.ROLLED_BACK
    others = {
        name: traffic
        for name, traffic in others.items()
        if standing.status(name) is not rolled_back
    }
    if not others:
        return VersionsBefore.ROLLED_BACK
    newest = max(traffic.newest for traffic in others.values())
    end = newest if first is None else min(newest, first)
    latest = [name for name, traffic in others.items() if traffic.newest > end - HOUR]
    return latest[0] if len(latest) == 1 else VersionsBefore.SEVERAL


def last_good(standing: Standing, seen: Collection[str]) -> str | None:
    """Return what a model is to be rolled back to: the champion before the present one.

    Of those that had rows, for a name that events alone have may be misspelt; that were not
    rolled back, nor retired since.

    Parameters
    ----------
    standing
        How the versions of the model stand by its model events.
    seen
        Those that had rows.
    """
    good = (each for each in reversed(standing.good) if each != standing.champion)
    return next((each for each in good if each in seen and each not in standing.withdrawn), None)
