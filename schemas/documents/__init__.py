"""What is generated from the event types: JSON Schemas and the AsyncAPI document.

No worker imports it.
"""
