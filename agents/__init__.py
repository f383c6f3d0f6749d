"""
Faust agents: everything that reads from or writes to Kafka.

Here live the batched transport and its safe delivery, the intake, detection and policy agents,
the dead letters, and the stores that hold their state in topics. An agent is thin: it decodes a
batch, calls the pure core in `detectors`, publishes what came out, and acks.

Not here: statistics (`detectors`), event types and their codec (`schemas`), settings, wiring,
metrics and the command line (`app`).
"""
