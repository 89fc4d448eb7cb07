"""The callback is `Growth` with skorch's hooks, and says the same of it."""

import inspect
from types import SimpleNamespace

import torch
from numpydoc.docscrape import ClassDoc

from sklearn_sparcs.nn import GrowingSpectralNetwork, Growth, GrowthCallback

#: What each needs of its own.
OWN = {"network", "optimizer", "generator", "head", "random_state", "averages"}


def options(kind):
    """Parameters that are shared, with their defaults and annotations."""
    found = inspect.signature(kind).parameters
    return {
        name: (p.default, p.annotation) for name, p in found.items() if name not in OWN
    }


def test_parameters_are_those_of_growth():
    assert options(GrowthCallback) == options(Growth)
    assert len(options(Growth)) == 7


def documented(kind):
    """Type and text of the parameters that are shared, in the docstring's order."""
    return {
        entry.name: (entry.type, entry.desc)
        for entry in ClassDoc(kind)["Parameters"]
        if entry.name not in OWN
    }


def test_the_docstring_says_the_same_of_them():
    ours, theirs = documented(GrowthCallback), documented(Growth)
    assert list(ours.items()) == list(theirs.items())
    assert len(theirs) > 4


def test_every_one_arrives():
    module = GrowingSpectralNetwork(2, (5,), 1)
    net = SimpleNamespace(
        module_=module, optimizer_=torch.optim.SGD(module.parameters(), lr=0.1)
    )
    given = {
        "alpha": 0.1,
        "l1_ratio": 0.2,
        "depth_factor": 0.3,
        "min_significance": 0.4,
        "interval": 5,
        "n_batches": 6,
        "max_recruits": 7,
    }
    assert given.keys() == options(Growth).keys()
    callback = GrowthCallback(**given, random_state=0)
    callback.on_train_begin(net)
    growth = callback.growth_
    penalty, recruitment = growth.penalty, growth.recruitment
    found = [penalty.alpha, penalty.l1_ratio, penalty.depth_factor]
    found += [recruitment.min_significance, growth.interval]
    found += [recruitment.recorder.n_steps, recruitment.max_recruits]
    assert found == list(given.values())
    callback.on_train_end(net)
    assert not module._forward_hooks
