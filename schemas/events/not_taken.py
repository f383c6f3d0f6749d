"""What a reader raises instead of returning an event."""


class NotTaken(Exception):
    """A message of which no event comes: refused, or without anything to say.

    `schemas.events.invalid.InvalidMessage` or `schemas.events.nothing_to_say.NothingToSay`.
    """
