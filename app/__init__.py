"""The application: settings, wiring, command line, metrics, web endpoints, embedded broker.

Everything that touches the outside and is not Kafka's data path lives here. No statistics, no
handling of events: those are `detectors` and `agents`, which know nothing of this package.
"""
