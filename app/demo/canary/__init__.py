"""The demo's second act: a new version of a model is a canary, and what becomes of it.

Versions, requests and story know no Kafka; the rest plays them against a broker and a real worker.
"""
