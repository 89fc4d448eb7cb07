"""Processes are threads here."""

import pytest
from helpers.together import joined

from sklearn_sparcs import distributed
from sklearn_sparcs._distributed import stages


@pytest.fixture(autouse=True)
def _threads(monkeypatch):
    for module in (distributed, stages):
        monkeypatch.setattr(module, "joined_processes", joined)
