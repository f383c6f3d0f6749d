"""How well changes are detected, beside peers and trivial watchers: parts of ``make quality``."""
