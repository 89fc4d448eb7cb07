"""Ctrl-C, or another error, at any line of the package."""

import sys
from pathlib import Path

import sklearn_sparcs

_PACKAGE = str(Path(sklearn_sparcs.__file__).parent)


class InterruptedAt:
    """Raises an error before the k-th line that runs in the package, once.

    Attributes
    ----------
    left : int
        Lines that are still to run; counts on below zero after the interrupt.
    """

    def __init__(self, k, error=KeyboardInterrupt):
        self.left, self.error = k, error

    def __enter__(self):
        self.was = sys.gettrace()
        sys.settrace(self._entered)
        return self

    def __exit__(self, *exception):
        sys.settrace(self.was)

    def _entered(self, frame, event, arg):
        if frame.f_code.co_filename.startswith(_PACKAGE):
            return self._line
        return None

    def _line(self, frame, event, arg):
        if event == "line":
            self.left -= 1
            if self.left == 0:
                self._happens()
        return self._line

    def _happens(self):
        raise self.error


class Meanwhile(InterruptedAt):
    """Calls a function before every k-th line that runs, as another thread might."""

    def __init__(self, k, do):
        super().__init__(k)
        self.every, self.do = k, do

    def _happens(self):
        self.left = self.every
        self.do()
