"""How records of a user's topic or file are understood, for people, before a worker reads them.

Everything is read by what the worker reads with; nothing is written anywhere.
"""
