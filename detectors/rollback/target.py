"""Which version a model is to go back to."""

from collections.abc import Collection, Iterator

from detectors.versions.lifecycle import Standing
from schemas.events.version_status import VersionStatus


def target_of(
    version: str,
    against: str | None,
    standing: Standing | None,
    served: Collection[str],
    seen: Collection[str],
    gone: Collection[str] = (),
) -> str | None:
    """Return the last good version that served, apart from one; None where there is none.

    First the one that it is known to be worse than, if that serves; then the champion; then those
    that were the champion, the last one first, without those that were retired since and have no
    traffic. None that was rolled back, or that a rollback was asked of.

    Parameters
    ----------
    version
        The one that is to go.
    against
        What it is known to be worse than.
    standing
        How the versions of the model stand by its model events; None where there were none.
    served
        Versions that have a share of the traffic by the route in force.
    seen
        Versions that have had rows.
    gone
        Versions of which a rollback was asked, and not refused.

    Examples
    --------
    >>> target_of("8", "7", None, {"7", "8"}, {"7", "8"}), target_of("8", None, None, (), {"8"})
    ('7', None)
    """
    return next(
        (
            each
            for each in _candidates(against, standing, served)
            if (each == against or each in seen)
            and each not in {version, *gone}
            and not _is_rolled_back(each, standing)
        ),
        None,
    )


def _candidates(
    against: str | None, standing: Standing | None, served: Collection[str]
) -> Iterator[str]:
    if against is not None and against in served:
        yield against
    if standing is None:
        return
    if standing.champion is not None:
        yield standing.champion
    for each in reversed(standing.good):
        if each in served or each not in standing.withdrawn:
            yield each


def _is_rolled_back(version: str, standing: Standing | None) -> bool:
    return standing is not None and standing.status(version) is VersionStatus.ROLLED_BACK
