"""A model's life, played offline and on a real broker: the same acts, the same checks."""
