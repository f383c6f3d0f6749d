"""What joined labels say of a model: its errors.

No windows of features.
"""
