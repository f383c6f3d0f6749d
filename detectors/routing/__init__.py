"""Which versions are to serve, as routes say it, in the order of their log.

No rows, and no client of a service: routes come as notices, and leave as events.
"""
