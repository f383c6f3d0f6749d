"""A real MLflow server on SQLite for tests, in an environment of its own that `make test` makes.

`requirements.lock` pins it. Nothing here is part of the application.
"""
