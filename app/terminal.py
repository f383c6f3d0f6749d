"""Text for terminals: what comes from events, topics or files cannot steer one."""

import click


def printable(text: str) -> str:
    r"""Return a text with what is not printable escaped, line breaks too.

    Names of models, versions and features are chosen by whoever may write to a topic. Escape
    sequences (C0 and C1), marks that turn the direction of writing and line breaks among them
    would move the cursor, change titles or forge lines.

    Examples
    --------
    >>> printable("fraud\x1b[2J")
    'fraud\\x1b[2J'
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def say(line: str, *, err: bool = False) -> None:
    """Print one line, all of it printable; to standard error where ``err`` is set."""
    click.echo(printable(line), err=err)
