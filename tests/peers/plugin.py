"""What makes tests of scikit-learn run against something else, and keeps a list honest.

A hook of pytest: names of scikit-learn are taken before its tests are imported, and
what is listed as not applicable must fail. Where it passes, or is there no longer, that
is an error.
"""

import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest


class Peers:
    """Plugin of pytest.

    Parameters
    ----------
    stand_ins : mapping of module to mapping of str
        What is to stand in each module in the place of a name.
    not_applicable : mapping of str to mapping of str to str
        Of each module of tests: patterns of their names, with or without parameters,
        and why they do not apply.
    passes_anyway : str
        The reason of those that would pass, and are not run.
    """

    def __init__(
        self,
        stand_ins: Mapping[ModuleType, Mapping[str, Any]],
        not_applicable: Mapping[str, Mapping[str, str]],
        passes_anyway: str,
    ) -> None:
        self.stand_ins, self.not_applicable = stand_ins, not_applicable
        self.passes_anyway = passes_anyway

    def pytest_configure(self) -> None:
        """Let the names stand for ours."""
        for module, names in self.stand_ins.items():
            for name, stand_in in names.items():
                setattr(module, name, stand_in)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Expect that what is not applicable fails.

        Raises
        ------
        pytest.UsageError
            If a pattern is that of no test.
        """
        for module, patterns in self.not_applicable.items():
            there = [item for item in items if item.module.__name__ == module]
            for pattern, why in patterns.items():
                named = [i for i in there if is_named(i.name, pattern)]
                if there and not named:
                    raise pytest.UsageError(f"{module} has no test {pattern}")
                for item in named:
                    item.add_marker(self._mark(why))

    def _mark(self, why: str) -> pytest.MarkDecorator:
        if why == self.passes_anyway:
            return pytest.mark.skip(reason=why)
        return pytest.mark.xfail(reason=why, strict=True)


def is_named(name: str, pattern: str) -> bool:
    """Whether a test is meant: by its whole name, or whatever its parameters are."""
    return re.fullmatch(rf"{pattern}(\[.*\])?", name) is not None
