"""Rows in, drifts out: columns, models, fleets; the fused path and its plain oracle.

No bytes of users, no text for people.
"""
