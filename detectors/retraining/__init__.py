"""Alerts and model events in, retrain requests out.

No statistics of columns.
"""
