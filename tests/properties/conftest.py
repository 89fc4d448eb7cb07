"""How many examples: few and always the same in `make test`, many in `make fuzz`."""

import os

from hypothesis import HealthCheck, Phase, settings

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
