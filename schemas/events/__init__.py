"""What producers send and Driftline publishes: event types, their JSON codec, ids and times.

The only raiser of `InvalidMessage`. No NumPy, no columns, no format of others.
"""
