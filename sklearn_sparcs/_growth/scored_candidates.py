"""Candidate neurons, scored on all samples."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .._data.parts import added
from .._losses.observations import Sums
from .._networks.live import LiveNetwork
from .ascent import FEWEST, NEW, fired
from .noise import Noise, Variance, standard_errors
from .quadratic_model import QuadraticModel, QuadraticRows
from .refit import Refit


@dataclass(frozen=True)
class ScoredCandidates:
    """Candidate neurons with their gains on the data.

    Attributes
    ----------
    layer : Tensor of int (k,)
        The hidden layer of each.
    incoming : Tensor of shape (k, signals)
        w of each; zero where it does not hear.
    length : Tensor of shape (k,)
        |w|, the constant's weight left out.
    gram : Tensor of shape (k, k)
        Curvature of the loss in their outgoing weights, the present ones refitted.
    pull : Tensor of shape (k, c)
        Minus the gradient there, in the coordinates of `QuadraticModel`.
    to_outputs : Tensor of shape (outputs, c)
        Takes outgoing weights back from those coordinates.
    variance : Variance
        What the pulls would be by noise.
    n_free : float
        Weights of an output that the data decide already.
    """

    layer: Tensor
    incoming: Tensor
    length: Tensor
    gram: Tensor
    pull: Tensor
    to_outputs: Tensor
    variance: Variance
    n_free: float

    def __len__(self) -> int:
        return len(self.incoming)

    def significance(self, n_free: float) -> float:
        """Standard errors that the best lies above noise.

        ``n_free`` are the degrees of freedom that each has had in climbing.
        """
        variance = self.variance
        z = standard_errors(variance.chi2(self.pull), variance.nu + n_free)
        return float(z.max())

    def joint_significance(self, some: list[int]) -> float:
        """Standard errors that some of them, which did not climb, lie above noise."""
        variance, k = self.variance.of(some), len(some)
        chi2 = variance.joint_chi2(self.pull[some])
        return float(standard_errors(chi2, k * variance.nu, k))

    def without(self, one: int) -> "ScoredCandidates":
        """The others."""
        kept = [k for k in range(len(self)) if k != one]
        return replace(
            self,
            layer=self.layer[kept],
            incoming=self.incoming[kept],
            length=self.length[kept],
            gram=self.gram[kept][:, kept],
            pull=self.pull[kept],
            variance=self.variance.of(kept),
        )

    @property
    def t(self) -> Tensor:
        """The best outgoing weights (k, c) of each by itself."""
        return self.pull / self.gram.diagonal()[:, None]

    @property
    def gain(self) -> Tensor:
        """Fall of the loss as each wakes by itself (k,)."""
        return (self.pull * self.t).sum(dim=1) / 2

    @property
    def size(self) -> Tensor:
        """|t| (k,)."""
        size: Tensor = (self.t @ self.to_outputs.T).norm(dim=1)
        return size


def score_candidates(
    model: QuadraticModel, layer: Tensor, incoming: Tensor
) -> ScoredCandidates:
    """Score candidates w (k, signals) of these layers (k,), in double precision."""
    n, ridge = len(model.objective.data), model.ridge.double()
    gram, wanted, *moments = model.total(_moments, incoming)
    present, cross, own = _Moments(gram, wanted), _Moments(*moments[:2]), moments[2]
    refit = Refit.of(
        present.gram / n,
        present.pull / n - (ridge * model.outputs.double()).T,
        ridge,
    )
    x = refit(cross.gram / n)
    fresh = _Fresh.of(*model.total(_fresh, incoming, x))
    gram = fresh.gram / n + (refit.ridge[:, None] * x).T @ x
    counts = (fresh.spread >= FEWEST) & (gram.diagonal() > NEW * own / n)
    gram.diagonal().add_(1e-300)
    pull = (cross.pull / n - x.T @ refit.pull) * counts[:, None]
    freedom = fresh.n / max(fresh.n - refit.n_free, 1.0)
    variance = fresh.noise.variance_of_means(n, freedom)
    length = _length(incoming, model.network)
    to_outputs = model.to_common.double()
    return ScoredCandidates(
        layer,
        incoming.double(),
        length,
        gram,
        pull,
        to_outputs,
        variance,
        refit.n_free,
    )


@dataclass(frozen=True)
class _Moments:
    """Sums over samples of products of signals, candidates and residuals."""

    gram: Tensor
    pull: Tensor


@dataclass(frozen=True)
class _Fresh:
    """Sums over samples of the new parts of candidates' outputs, a'.

    ``gram`` (k, k) is Σ V a' a', ``spread`` (k,) how many samples each rests on,
    ``noise`` what it would gain by noise, and ``n`` how many samples there are.
    """

    gram: Tensor
    spread: Tensor
    noise: Noise
    n: float

    @classmethod
    def of(
        cls, gram: Tensor, second: Tensor, fourth: Tensor, n: Tensor, *noise: Tensor
    ) -> "_Fresh":
        """Compute from sums, which include second and fourth powers."""
        spread = second.square() / (fourth + 1e-300)
        return cls(gram, spread, Noise(*noise), float(n))


def _moments(model: QuadraticModel, incoming: Tensor) -> Sums:
    """Sums over this process's samples of H'VH, H'E, H'Va and a'E, and Σ V a² (k,).

    H are the present signals, and a what candidates send.
    """
    totals: Sums = ()
    for H, a, quadratic in _outputs(model, incoming):
        VH, Va = quadratic.curvature[:, None] * H, quadratic.curvature[:, None] * a
        parts = (VH.T @ H, H.T @ quadratic.residual, H.T @ Va, a.T @ quadratic.residual)
        totals = _added(totals, (*parts, (Va * a).sum(dim=0)))
    return totals


def _fresh(model: QuadraticModel, incoming: Tensor, x: Tensor) -> Sums:
    """Sums over this process's samples of a' = a − H x, and those of `Noise`."""
    totals: Sums = ()
    for H, a, quadratic in _outputs(model, incoming):
        new = a - H @ x
        square, count = new.square(), quadratic.count
        parts = (count @ square, count @ square.square(), count.sum())
        gram = (quadratic.curvature[:, None] * new).T @ new
        totals = _added(totals, (gram, *parts, *Noise.of(new, quadratic).sums))
    return totals


def _added(totals: Sums, parts: Sums) -> Sums:
    return added(totals, parts) if totals else parts


def _outputs(
    model: QuadraticModel, incoming: Tensor
) -> Iterator[tuple[Tensor, Tensor, QuadraticRows]]:
    """Slices of the present signals H, and of candidates' outputs a."""
    network = model.network
    for part in model.slices(2 * sum(incoming.shape)):
        quadratic = part.to(torch.float64)
        heard = network.heard(quadratic.signals)
        a, _ = fired(network.activation, heard @ incoming.double().T)
        yield quadratic.signals, a, quadratic


def _length(incoming: Tensor, network: LiveNetwork) -> Tensor:
    """|w| (k,) without the constant."""
    w = incoming.double().clone()
    if network.bias:
        w[:, network.n_features] = 0
    length: Tensor = w.norm(dim=1)
    return length
