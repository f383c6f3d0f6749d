"""Which configured detectors lose their state with the worker."""

from dataclasses import dataclass

from app.settings import InvalidConfiguration, Problem, Settings
from detectors.algorithms.catalogue import kind_of


@dataclass(frozen=True, slots=True)
class NotDurable:
    """A detector whose state cannot be kept.

    Attributes
    ----------
    setting
        Path of the setting that names it.
    kind
        Its name.
    """

    setting: str
    kind: str

    def __str__(self) -> str:
        return (
            f"{self.setting}: the state of {self.kind} cannot be kept: it starts anew with "
            "each restart and rebalance; references and the other detectors go on"
        )


def not_durable(settings: Settings) -> list[NotDurable]:
    """Return the detectors whose state cannot be kept, of all that the settings name."""
    named = {"monitor.detectors": settings.monitor.detectors}
    named |= {
        f"models.{name}.monitor.detectors": model.monitor.detectors or ()
        for name, model in settings.models.items()
    }
    return [
        NotDurable(f"{path}.{place}", each.kind)
        for path, detectors in named.items()
        for place, each in enumerate(detectors)
        if not kind_of(each.kind).durable
    ]


def check_durable(settings: Settings) -> None:
    """Do nothing where all state can be kept, or need not be.

    Raises
    ------
    InvalidConfiguration
        With each detector whose state cannot be kept, where ``state.require_durable`` is set.
    """
    found = not_durable(settings) if settings.state.require_durable else []
    if found:
        expected = "a detector whose state can be kept, as state.require_durable is set"
        raise InvalidConfiguration(
            [Problem(f"{each.setting}.kind", repr(each.kind), expected) for each in found]
        )
