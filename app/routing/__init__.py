"""Which versions of a model serve, and whether a new one may go on serving.

Routes decided for people, sent, read and followed; verdicts by the latest comparisons. Nothing of
the command line, and nothing of HTTP: those ask here. What a worker decides is in
`detectors.routing`.
"""
