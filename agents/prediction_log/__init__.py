"""Predictions by ascending number, in memory and on disk.

No Kafka; what a label means is not known here.
"""
