"""References from outside: drawn from files or from the topic of predictions, sent, and shown.

A reference is a sample of rows. It is sent to where the rows of its model are, and counts from its
place among them on; nothing here decides what is compared with it, or how.
"""
