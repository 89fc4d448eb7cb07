"""Adam on one vector: the same steps as torch's own."""

import subprocess
import sys

import torch
from numpy.testing import assert_allclose

from sklearn_sparcs._first_order.adam import Adam
from sklearn_sparcs._networks.flat import pack, unpack


def test_equals_torch():
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(7, generator=generator, dtype=torch.float64)
    ours, theirs = start.clone(), torch.nn.Parameter(start.clone())
    optimizer, reference = Adam(ours, 0.1), torch.optim.Adam([theirs], 0.1)
    for rate in [0.1] * 5 + [0.05] * 5:
        grad = torch.randn(7, generator=generator, dtype=torch.float64)
        optimizer.grad.copy_(grad)
        theirs.grad = grad.clone()
        for each in (optimizer, reference):
            each.param_groups[0]["lr"] = rate
            each.step()
        assert_allclose(ours, theirs.detach(), rtol=1e-12)
    state = reference.state[theirs]
    corrected = state["exp_avg_sq"] / (1 - 0.999**10)
    expected = corrected[-3:].sqrt() + 1e-8
    assert_allclose(
        optimizer.metric(torch, optimizer.second[-3:]), expected, rtol=1e-12
    )


def test_goes_on_where_it_stopped():
    flat = torch.ones(3, dtype=torch.float64)
    optimizer = Adam(flat, 0.1)
    optimizer.grad.fill_(0.5)
    optimizer.step()
    twin = Adam(flat.clone(), 0.1)
    twin.resume(optimizer.first, optimizer.second, optimizer.n_steps)
    for each in (optimizer, twin):
        each.grad.fill_(-0.2)
        each.step()
    assert torch.equal(twin.flat, optimizer.flat)


def test_unpack_undoes_pack():
    tensors = [torch.ones(2, 3), torch.zeros(0), torch.full((1,), 2.0)]
    flat = pack(tensors)
    views = unpack(flat, tensors)
    assert [v.shape for v in views] == [t.shape for t in tensors]
    flat[-1] = 5
    assert views[-1].item() == 5 and tensors[-1].item() == 2


def test_needs_no_compiler():
    """torch's own optimisers import it when made, which takes seconds."""
    code = (
        "import sys, torch; from sklearn_sparcs import SparcsRegressor;"
        "X = torch.arange(12.).reshape(6, 2).numpy();"
        "SparcsRegressor(max_iter=1, init='xavier').fit(X, X[:, 0] ** 2);"
        "assert 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)
