"""Helpers for messages: numbers of things, and the user's names on one line."""


def counted(n: int, what: str) -> str:
    """A number and what is counted, of which one is no more than one."""
    return f"{n} {what}{'s' * (n != 1)}"


def on_one_line(name: object) -> str:
    """A name without line breaks, and with a question mark for what has no shape."""
    words = " ".join(str(name).split())
    return "".join(letter if letter.isprintable() else "?" for letter in words)
