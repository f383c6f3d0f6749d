"""Why stored state was not forgotten."""


class WorkersRunning(Exception):
    """The consumer group has members: they would write again what is forgotten."""


class NothingFound(Exception):
    """No stored state is what was asked for."""
