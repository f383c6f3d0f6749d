"""One column's reference: how it is made, and where values fall in it.

No detector that fires, no alert.
"""
