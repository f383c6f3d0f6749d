"""From a file, the environment and flags to `Settings`."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from app.settings.contradictions import contradictions
from app.settings.problems import NOTHING, InvalidConfiguration, told, translate
from app.settings.settings import Settings
from app.settings.sources import (
    CONFIG_VARIABLE,
    Source,
    from_environment,
    from_file,
    from_flags,
    merged,
)

__all__ = ["CONFIG_VARIABLE", "load_settings"]


def load_settings(
    path: Path | None = None,
    overrides: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings: flags over environment over file over defaults.

    Parameters
    ----------
    path
        The YAML file, where there is one.
    overrides
        Dotted path to text (``{"kafka.bootstrap_servers": "kafka:9092"}``). Lists and mappings are
        written as YAML or JSON and replace, or are merged into, what stands below.
    environ
        Variables such as ``DRIFTLINE_KAFKA__BOOTSTRAP_SERVERS``; those of the process by default.

    Raises
    ------
    InvalidConfiguration
        With every problem of every source.
    """
    sources = [
        Source() if path is None else from_file(path),
        from_environment(os.environ if environ is None else environ),
        from_flags(overrides or {}),
    ]
    problems = [problem for source in sources for problem in source.problems]
    # An absent section is read as an empty one, so that what it lacks is named.
    tree: dict[str, object] = {"kafka": {}}
    origins: dict[tuple[str, ...], str] = {}
    for source in sources:
        tree = merged(tree, source.tree)
        origins |= source.origins
    try:
        # JSON has the strictness that is wanted: 4 is no text, but a list may be a tuple.
        settings = Settings.model_validate_json(json.dumps(tree), strict=True)
    except ValidationError as error:
        unread = bool(problems) and not sources[0].tree
        # What is missing may stand in a file that cannot be read.
        problems += [
            problem
            for problem in translate(error.errors(), origins)
            if not (unread and problem.found == NOTHING)
        ]
    problems += told(contradictions(tree), origins)
    if problems:
        raise InvalidConfiguration(problems)
    return settings
