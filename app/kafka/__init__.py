"""Brokers outside the data path: clients, topics, permissions, and the embedded broker.

The data path itself is `agents`.
"""
