"""The worker's port: metrics and health.

It computes nothing of what it shows.
"""
