"""The dead-letter topic, read back: what was refused, what is made of it now, sending it again.

The commands under `app.cli.dead_letters` print what is computed here.
"""
