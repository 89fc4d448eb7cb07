"""Warnings and interrupts look up the stack for code that no user wrote."""

from pathlib import Path

import pytest
import sklearn

import sklearn_sparcs
from sklearn_sparcs._checks.callers import _is_inside, users_level

INSIDE = [Path(found).parent for found in (sklearn.__file__, sklearn_sparcs.__file__)]


def frame_of(path):
    """A call of code that has this path."""
    names = {}
    exec(compile("import sys; frame = sys._getframe()", path, "exec"), names)
    return names["frame"]


@pytest.mark.parametrize("folder", INSIDE)
def test_every_room_is_inside_and_no_neighbour_is(folder):
    """Every module of the packages is; `sklearn_extra` is of neither."""
    for room in ("_estimators/base.py", "utils/validation.py", "base.py"):
        assert _is_inside(frame_of(str(folder / room)))
    assert not _is_inside(frame_of(f"{folder}_of_mine/model.py"))


def test_a_test_is_a_user():
    assert users_level() == 1
