"""Online algorithms, one a file, each over one stream of numbers; their contract and catalogue.

No names of columns, kinds or models.
"""
