"""The demo: a model that drifts while one watches, and the proof that it was noticed.

The scenario, its traffic, its schedule and the ledger know no Kafka; the rest runs them against a
broker and a real worker.
"""
