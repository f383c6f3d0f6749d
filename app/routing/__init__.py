"""Which versions of a model serve: routes decided for people, sent, read and followed.

Nothing of the command line, and nothing of HTTP: those ask here. No route is made by a worker.
"""
