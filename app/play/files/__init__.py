"""Files as rows: packing, encoding, dialect and form are told from the bytes, or named by options.

What cells mean is not decided here.
"""
