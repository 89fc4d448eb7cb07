"""Names that users give, as matplotlib shows them letter by letter."""

from .._direct.words import on_one_line

#: Letters of a name that are shown at most: longer ones leave a picture no room.
_MOST = 32


def label_of(name: object) -> str:
    """A name on one line, without its middle where it is long.

    A dollar is a dollar there, and begins no formula.
    """
    words = on_one_line(name)
    if len(words) > _MOST:
        words = f"{words[: _MOST // 2]}…{words[1 - _MOST // 2 :]}"
    return words.replace("$", r"\$")


def legend_label_of(name: object) -> str:
    """The same for a legend, which would leave out what begins with an underscore."""
    label = label_of(name)
    return f" {label}" if label.startswith("_") else label
