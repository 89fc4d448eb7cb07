"""Numbers of things in words."""


def counted(n: int, what: str) -> str:
    """A number and what is counted, of which one is no more than one."""
    return f"{n} {what}{'s' * (n != 1)}"
