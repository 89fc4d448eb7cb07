"""Run scikit-learn's own tests, as they are installed, against our estimators.

What is more on the command line goes to pytest.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import sklearn
import sklearn.linear_model
import sklearn.neural_network

from peers import adapters
from peers.not_applicable import NO_ESTIMATOR, NOT_APPLICABLE
from peers.plugin import Peers

#: Ours in the place of those of the same name.
STAND_INS = {
    module: {n: a for n, a in vars(adapters).items() if n in module.__all__}
    for module in (sklearn.neural_network, sklearn.linear_model)
}
ROOT = Path(sklearn.__file__).parents[1]
#: Without this project's settings: warnings are no errors to scikit-learn's tests.
OPTIONS = ["-q", "-c", os.devnull, f"--rootdir={ROOT}", "-p", "no:cacheprovider"]


def main() -> int:
    """Run what is installed, and say by the status whether all is as it should be."""
    there = [module for module in NOT_APPLICABLE if find_spec(module) is not None]
    for module in NOT_APPLICABLE.keys() - set(there):
        print(f"{module}: NOT RUN, as this scikit-learn was installed without tests")
    if not there:
        return 0
    options = [*OPTIONS, *sys.argv[1:], "--pyargs", *there]
    return pytest.main(options, [Peers(STAND_INS, NOT_APPLICABLE, NO_ESTIMATOR)])


if __name__ == "__main__":
    sys.exit(main())
