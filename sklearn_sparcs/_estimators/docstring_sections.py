"""Sections of a docstring that two classes share."""

import re
from collections.abc import Callable
from typing import TypeVar

_Class = TypeVar("_Class", bound=type)


def with_sections_of(other: type, *names: str) -> Callable[[_Class], _Class]:
    """Put sections of another class's docstring where ``{sections}`` stands.

    Parameters
    ----------
    other : type
        With a numpydoc docstring.
    *names : str
        Titles of its sections.
    """

    def documented(cls: _Class) -> _Class:
        if cls.__doc__ and other.__doc__:  # Python -OO leaves both out
            found = [section(other.__doc__, name) for name in names]
            both = "\n\n    ".join(text.strip() for text in found)
            cls.__doc__ = cls.__doc__.replace("{sections}", both)
        return cls

    return documented


def section(docstring: str, name: str) -> str:
    """A section of a numpydoc docstring, its title and line too."""
    title = re.compile(r"^ *\w+( \w+)?\n *-{3,}$", re.MULTILINE)
    starts = [match.start() for match in title.finditer(docstring)]
    ends = [*starts[1:], len(docstring)]
    for start, end in zip(starts, ends, strict=True):
        if docstring[start:end].split(maxsplit=1)[0] == name:
            return docstring[start:end]
    raise ValueError(f"There is no section {name!r}.")
