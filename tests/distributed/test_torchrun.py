"""Two processes, as torchrun starts them: the examples, and one that is killed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.shared import drawn_folds
from numpy.testing import assert_allclose
from sklearn.datasets import make_friedman1
from sklearn.model_selection import PredefinedSplit

from sklearn_sparcs import SparcsRegressorCV

EXAMPLES = Path(__file__).parents[2] / "examples" / "together"

pytestmark = pytest.mark.slow


def torchrun(script):
    """What two processes print, in the order of their numbers."""
    program = [sys.executable, "-m", "torch.distributed.run"]
    done = subprocess.run(
        [*program, "--standalone", "--nproc-per-node=2", script],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    # two may write one line: what one prints ends where the other begins
    said = re.findall(r"process \d.*?(?=process \d|$)", done.stdout, re.DOTALL)
    return done, sorted(each.strip() for each in said)


def test_a_table_in_two_processes():
    done, (first, second) = torchrun(EXAMPLES / "fit_table.py")
    assert done.returncode == 0, done.stderr
    found = [re.search(r": (10 → \d → 1), R² 0.9", line) for line in (first, second)]
    assert found[0][1] == found[1][1]
    for line in (first, second):
        assert float(re.search(r"(\S+) apart", line)[1]) < 1e-8


def test_a_head_in_two_processes():
    done, (first, second) = torchrun(EXAMPLES / "grow_head.py")
    assert done.returncode == 0, done.stderr
    alike = [re.search(r"\[(\d)\] neurons", line)[1] for line in (first, second)]
    assert alike[0] == alike[1] > "0"
    assert first.split()[-1] == second.split()[-1]  # the length of averaged weights
    for line in (first, second):
        assert float(re.search(r"loss (\S+)", line)[1]) < 0.02


CHOOSES = """
from torch import distributed
from sklearn.datasets import make_friedman1
from sklearn_sparcs.distributed import SparcsRegressorCV

distributed.init_process_group("gloo")
rank, options = distributed.get_rank(), {options}
X, y = make_friedman1(100, random_state=rank)
model = SparcsRegressorCV(**options).fit(X, y)
path = model.path(X, y)
distributed.destroy_process_group()
print(f"process {{rank}}: {{model.best_score_}} {{path.train_loss[-1]}}", flush=True)
"""


def test_folds_in_two_processes(tmp_path):
    options = {"hidden_layer_sizes": (2,), "alphas": [0.1, 0.02], "cv": 2}
    options |= {"activation": "relu", "random_state": 0}
    script = tmp_path / "chooses.py"
    script.write_text(CHOOSES.format(options=options))
    done, lines = torchrun(script)
    assert done.returncode == 0, done.stderr
    tables = [make_friedman1(100, random_state=rank) for rank in range(2)]
    X, y = (np.concatenate(each) for each in zip(*tables, strict=True))
    options["cv"] = PredefinedSplit(drawn_folds(y, (100,), 2))
    model = SparcsRegressorCV(**options).fit(X, y)
    expected = model.best_score_, model.path(X, y).train_loss[-1]
    for line in lines:
        assert_allclose([*map(float, line.split()[-2:])], expected, rtol=1e-8)


KILLED = """
import os, signal
from torch import distributed
from sklearn.datasets import make_friedman1
from sklearn_sparcs._distributed.parts import PieceStore
from sklearn_sparcs.distributed import SparcsRegressor

signal.signal(signal.SIGTERM, signal.SIG_IGN)  # torchrun ends who is left, too
distributed.init_process_group("gloo")
rank, asked, answer = distributed.get_rank(), [], PieceStore.answer


def killed(store, request):
    asked.append(request)
    if rank and len(asked) > 20:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer(store, request)


PieceStore.answer = killed
model = SparcsRegressor((3,), random_state=0)
try:
    model.fit(*make_friedman1(200, random_state=rank))
except ConnectionError as error:
    print("process 0:", error, hasattr(model, "n_features_in_"), flush=True)
"""


def test_a_process_is_killed_and_the_others_say_so(tmp_path):
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    done, lines = torchrun(script)
    assert done.returncode
    (line,) = lines
    assert "A process of the group has ended" in line and line.endswith(" False")
