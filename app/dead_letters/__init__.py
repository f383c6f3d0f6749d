"""The dead-letter topic for people: list, explain, replay.

Writing letters is `agents.dead_letters`.
"""
