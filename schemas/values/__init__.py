"""One canonical form of a value, however it is spelled: numbers, booleans, classes, categories.

No columns, no documents, no fields of events.
"""
