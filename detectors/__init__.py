"""All of the statistics: detectors, references, monitors, the retrain policy.

Nothing here does I/O, knows Kafka or reads a clock: event time and source positions come in with
the rows, so that the same rows give the same alerts, whenever and wherever they are computed.
"""
