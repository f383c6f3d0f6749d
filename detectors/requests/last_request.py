"""The latest request of a kind: whether it is open, and until when it keeps the next away."""

from dataclasses import dataclass

from detectors.requests.options import SECONDS, RequestOptions


@dataclass(slots=True, eq=False, kw_only=True)
class LastRequest:
    """The latest request; times are event times, in milliseconds since the epoch.

    Attributes
    ----------
    request_id, requested_at
        Which it is; empty and -1 where there was none.
    cooldown_until, open_until
        Until when it keeps the next one away, answered or not; ``open_until`` is 0 where none is
        open.
    ended_at
        When the latest answer ended it; -1 where there was none.

    Examples
    --------
    >>> options, latest = RequestOptions(cooldown=10.0, expiry=60.0), LastRequest()
    >>> latest.make("a", 1000, options)
    >>> latest.is_held_back(31_000, options), latest.extend(31_000, options)
    (True, True)
    >>> latest.open_until, latest.close(), latest.is_held_back(31_000, options)
    (91000, True, False)
    """

    request_id: str = ""
    requested_at: int = -1
    cooldown_until: int = 0
    open_until: int = 0
    ended_at: int = -1

    def make(self, request_id: str, now: int, options: RequestOptions) -> None:
        """Take note of a request that is made now."""
        self.request_id, self.requested_at = request_id, now
        self.cooldown_until = now + round(options.cooldown * SECONDS)
        self.open_until = now + round(options.expiry * SECONDS)

    def is_held_back(self, now: int, options: RequestOptions) -> bool:
        """Tell whether the latest request keeps the next one away.

        One that is further ahead than the longest of the durations was made by another clock, and
        keeps none away: no time in the future silences a model for longer than twice that.
        """
        until = max(self.cooldown_until, self.open_until)
        return self.requested_at - options.horizon <= now < until

    def is_open(self, now: int, options: RequestOptions) -> bool:
        """Tell whether it waits for its answer."""
        return self.requested_at - options.horizon <= now < self.open_until

    def extend(self, time: int, options: RequestOptions) -> bool:
        """Have an open request expire later, as someone is at it; tell if it was open then."""
        if time >= self.open_until:
            return False
        self.open_until = max(self.open_until, time + round(options.expiry * SECONDS))
        return True

    def close(self) -> bool:
        """Have it answered; tell if it was open."""
        was_open = self.open_until > 0
        self.open_until = 0
        return was_open
