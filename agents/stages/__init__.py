"""Intake, detection and policy: thin handlers that decode, call the core, publish and submit.

No logic that could do without Kafka.
"""
