"""Events and their codec: what producers send, what Driftline publishes, what its stages exchange.

Here live immutable event types, the JSON codec (the only raiser of `InvalidMessage`), the columnar
observation batch, and the generators of the published JSON Schemas and AsyncAPI document. Nothing
here does I/O, reads a clock or knows Kafka's client libraries.
"""
