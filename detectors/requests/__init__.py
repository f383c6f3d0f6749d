"""What requests to retrain and to roll back have in common: being open, cooldown, expiry, answers.

Not what they rest on.
"""
