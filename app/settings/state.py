"""How the detectors' and the policy's state is kept over restarts."""

from pydantic import Field

from app.settings.section import Section


class StateSettings(Section):
    """The state of detectors and policy in Kafka: what a new worker goes on from."""

    enabled: bool = True
    """Whether it is kept. Without it references begin anew with every restart and rebalance."""

    interval_seconds: float = Field(default=5.0, ge=0.1, le=60.0)
    """Between two snapshots; a worker that follows a killed one replays at most about this much."""

    interval_batches: int = Field(default=1000, ge=1, le=100_000)
    """Batches of a stage without a snapshot after which one is taken at once."""

    require_durable: bool = False
    """Whether a detector whose state cannot be kept is an error, and not just a warning."""
