"""What served: the versions of models, by the rows that they have and by model events.

Nothing of what is in the rows but their times.
"""
