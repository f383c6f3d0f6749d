"""MLflow's registry: its aliases become model events, its versions get tags that say how they do.

By its REST API alone. Nothing here decides what an event means, or how good a version is.
"""
