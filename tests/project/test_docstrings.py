"""Public docstrings are numpydoc, as its own validator reads it."""

import dataclasses

import pytest
from helpers import public
from numpydoc.validate import ERROR_MSGS, validate

OBJECTS = dict(public.objects())
METHODS = {path: (cls, name) for path, cls, name in public.methods()}
#: Checks that are off: what they ask for is not always there to be said.
OFF = {
    "ES01": "an extended summary: one line says it, or the sections do",
    "EX01": "an example: test_examples asks classes and functions for theirs",
    "SA01": "a See Also section",
    "PR07": "a description: of X and y the type, with its shape, says it all",
    "RT03": "a description of what is returned: `self`, or a type that says it all",
    "PR08": "a capital first in a description: it may be a symbol, such as φ_k",
    "RT04": "as PR08",
    "SS05": "an infinitive: it takes every word that ends in s for a third person",
}
#: Of attributes, and of methods whose contract another library wrote.
CONTRACTS = {"PR01", "RT01"}


def faults(path, off):
    return {code: m for code, m in validate(path)["errors"] if code not in off}


def test_checks_that_are_off_exist():
    assert set(OFF) | CONTRACTS <= set(ERROR_MSGS)


@pytest.mark.parametrize("path", OBJECTS)
def test_classes_and_functions(path):
    # a dataclass that the package makes documents its fields as attributes
    made = {"PR01"} if dataclasses.is_dataclass(OBJECTS[path]) else set()
    assert faults(path, made | set(OFF)) == {}


@pytest.mark.parametrize("path", METHODS)
def test_methods(path):
    cls, name = METHODS[path]
    override = CONTRACTS if public.is_override(cls, name) else set()
    assert faults(path, override | set(OFF)) == {}
