"""Predictions meet labels, partition by partition; durable by a changelog.

No JSON of users, no tables.
"""
