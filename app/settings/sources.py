"""Where settings come from: a file, the environment, flags; each gives a tree of plain values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final

from app.credentials import masked
from app.regular_file import contents
from app.settings.fields import Path, annotation_at, is_model, is_text, secrets
from app.settings.problems import Problem, cut, not_a_mapping
from app.settings.yaml_text import DEEPEST, LONGEST, NOT_UNICODE, is_unicode, parse_yaml

PREFIX: Final = "DRIFTLINE_"
DELIMITER: Final = "__"
CONFIG_VARIABLE: Final = "DRIFTLINE_CONFIG"
"""Names the configuration file; read by the command line."""

# Kubernetes sets these in every pod beside a service that is called driftline.
_SERVICE_LINK: Final = re.compile(
    PREFIX + r"([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|"
    r"PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)"
)


@dataclass(slots=True)
class Source:
    """What one source says.

    Attributes
    ----------
    tree
        Sections as nested mappings.
    origins
        Path to the variable or flag that set it.
    problems
        What could not be read.
    """

    tree: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def put(self, path: Path, text: str, origin: str) -> None:
        """Take the text of a variable or a flag."""
        annotation = annotation_at(path)
        value: Any = text
        if len(path) > DEEPEST:
            found = f"a setting {len(path):,} levels deep"
            self.problems.append(Problem(cut(masked(origin)), found, f"at most {DEEPEST}"))
            return
        if not all(map(is_unicode, (*path, text))):
            # Of bytes that are no UTF-8 Python makes halves of surrogate pairs.
            self.problems.append(Problem(ascii(cut(origin)), NOT_UNICODE, "text"))
            return
        if annotation is not None and not is_text(annotation):
            value, problems = parse_yaml(text, origin)
            self.problems += problems
            if problems:
                return
        tree: Any = value
        for step in reversed(path):
            tree = {step: tree}
        self.tree = merged(self.tree, tree)
        self.origins[path] = origin


def from_file(path: FilePath) -> Source:
    """Read a YAML file."""
    source = Source()
    name = masked(str(path))
    try:
        # No character takes more than four bytes.
        text = contents(path, 4 * LONGEST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        source.problems.append(Problem(name, f"no readable file ({reason})", "a YAML file"))
        return source
    tree, source.problems = parse_yaml(text, name)
    if isinstance(tree, dict):
        source.tree = tree
    elif tree is not None:
        source.problems.append(not_a_mapping(name, tree))
    # Configurations are committed, copied into tickets and readable by many.
    _refuse_secrets(source, "text in the configuration file")
    return source


def from_environment(environ: Mapping[str, str]) -> Source:
    """Read the ``DRIFTLINE_`` variables; an empty one counts as not set."""
    source = Source()
    for name, text in sorted(environ.items()):
        if not name.startswith(PREFIX) or not text:
            continue
        if name == CONFIG_VARIABLE or ("__" not in name and _SERVICE_LINK.fullmatch(name)):
            continue
        source.put(_variable_path(name), text, name)
    return source


def from_flags(flags: Mapping[str, str]) -> Source:
    """Read ``--set`` flags: dotted path to text."""
    source = Source()
    for name, text in flags.items():
        path = tuple(name.split("."))
        source.put(path, text, f"--set {name}")
    # Other users of the machine can read a command line.
    _refuse_secrets(source, "a flag")
    return source


def _refuse_secrets(source: Source, found: str) -> None:
    for secret in secrets():
        if _contains(source.tree, secret):
            variable = PREFIX + DELIMITER.join(secret).upper()
            path = ".".join(secret)
            source.problems.append(Problem(path, found, f"{variable}, or {path}_file"))


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree with another one laid over it; mappings are merged, all else is replaced."""
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        both = isinstance(value, Mapping) and isinstance(under, Mapping)
        result[key] = merged(under, value) if both and under is not None else value
    return result


def _variable_path(name: str) -> Path:
    """Return the path of a variable: keys of sections in lower case, names of models as written."""
    path: Path = ()
    for step in name.removeprefix(PREFIX).split(DELIMITER):
        annotation = annotation_at(path)
        fixed = is_model(annotation) or annotation is None
        path = (*path, step.lower() if fixed else step)
    return path


def _contains(tree: Any, path: Path) -> bool:
    for step in path:
        if not isinstance(tree, Mapping) or step not in tree:
            return False
        tree = tree[step]
    return True
