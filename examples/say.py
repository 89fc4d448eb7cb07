"""Lines of the demo, whatever the names of files and columns in them."""

import sys


def say(line):
    """Print a line."""
    print(plain(line))


def stop(line):
    """End the program with a line."""
    sys.exit(plain(line))


def plain(words):
    """Words without what a terminal obeys: a question mark for what has no shape."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(words))
