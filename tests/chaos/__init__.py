"""Workers that are killed, stopped and starved on purpose, and an oracle that sees what was lost.

Families of scenarios (`tests.chaos.families`) drive real workers on a real Kafka from a seed. When
the dust has settled, `tests.chaos.oracle` reads all topics and compares them with what was sent and
with an offline run over the same log. Nothing here imports what it tests in order to change it,
except `tests.chaos.sabotage`, which breaks a worker on purpose.
"""
