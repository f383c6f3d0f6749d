"""Requests for people: which are open, by the topics of requests and of model events.

Making them is `detectors.retraining` and `detectors.rollback`.
"""
