"""How many examples: few and always the same in `make test`, many in `make fuzz`."""

import os
import warnings

import pytest
from hypothesis import HealthCheck, Phase, settings
from sklearn.exceptions import ConvergenceWarning

from sklearn_sparcs import LeverageWarning

settings.register_profile(
    "bounded",
    max_examples=6,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile(
    "fuzz",
    settings.get_profile("bounded"),
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "300")),
    derandomize=False,
    phases=[Phase.generate],  # a fit is too dear to shrink what fails
    print_blob=True,
)
settings.load_profile("bounded")


@pytest.fixture(autouse=True)
def quiet():
    """Fits may say that they ended early, or of few rows; here that is no news."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", LeverageWarning)
        yield
