"""The state topics for people: show, reset, repair.

Writing state is `agents.state`.
"""
