"""Gradient ascent of candidate neurons: incoming weights that increase the gain."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from .._activations import ACTIVATIONS
from .quadratic_model import QuadraticRows
from .refit import Refit

#: What is to be climbed, of a gain, |w| without the constant, and |t|, each (n,).
Height = Callable[[Tensor, Tensor, Tensor], Tensor]

#: Samples, at least, that a neuron's output is spread over: (Σ a²)² / Σ a⁴.
FEWEST = 8.0

#: Ridge of the metric of a step, as a share of its diagonal, and of its mean.
_METRIC = (1e-2, 1e-3)

#: A step is that of Gauss-Newton's method over this share of the curvature.
_DAMPED = 0.3

#: Where a step helped, the next is as many times as long, and where not, it is shorter.
_LONGER, _SHORTER = 1.5, 0.25

#: Share of an output's second moment below which what is new in it is rounding.
NEW = 1e-6


@dataclass(frozen=True)
class Climbers:
    """Candidates of one hidden layer on some samples.

    Attributes
    ----------
    w : Tensor of shape (n, heard)
        What they hear by, the constant last if there is one.
    slope, new : Tensors of shape (rows, n)
        f'(z), and what is new in f(z) beyond the present signals.
    t : Tensor of shape (n, c)
        The best outgoing weights.
    height : Tensor of shape (n,)
    """

    w: Tensor
    slope: Tensor
    new: Tensor
    t: Tensor
    height: Tensor

    def where(self, better: Tensor, other: "Climbers") -> "Climbers":
        """Replace candidates by the other's where the mask (n,) is true."""
        row, column = better[:, None], better
        return Climbers(
            torch.where(row, other.w, self.w),
            torch.where(column, other.slope, self.slope),
            torch.where(column, other.new, self.new),
            torch.where(row, other.t, self.t),
            torch.where(column, other.height, self.height),
        )


@dataclass(frozen=True)
class Ascent:
    """Gradient ascent of the candidates of one layer.

    Attributes
    ----------
    quadratic : QuadraticRows
    heard : Tensor of shape (rows, heard)
        Signals before the layer, the constant last if there is one.
    n_bias : int
        One if there is a constant.
    refit : Refit
    activation : str
    to_common : Tensor of shape (outputs, c)
        As in `QuadraticModel`.
    height : callable
    """

    quadratic: QuadraticRows
    heard: Tensor
    n_bias: int
    refit: Refit
    activation: str
    to_common: Tensor
    height: Height

    def climbed(self, w: Tensor, n_steps: int) -> Climbers:
        """Improve candidates (n, heard) by some steps; none becomes worse."""
        best, eta = self._at(w), torch.ones_like(w[:, 0])
        wanted = self._wanted()
        metric = self._metric()
        for _ in range(n_steps):
            step = self._step(best, wanted, metric)
            trial = self._at(best.w + eta[:, None] * step)
            better = trial.height > best.height
            eta = torch.where(better, eta * _LONGER, eta * _SHORTER)
            best = best.where(better, trial)
        return best

    def _at(self, w: Tensor) -> Climbers:
        """Evaluate candidates: their new signals, best outgoing weights, and height."""
        a, slope = fired(self.activation, self.heard @ w.T)
        quadratic, n = self.quadratic, len(a)
        cross = quadratic.signals.T @ (quadratic.curvature[:, None] * a) / n
        x = self.refit(cross)
        new = a - quadratic.signals @ x
        s = (quadratic.curvature @ new.square()) / n
        s = s + self.refit.ridge @ x.square()
        s = s.clamp_min(NEW * (quadratic.curvature @ a.square()) / n + 1e-30)
        r = a.T @ quadratic.residual / n - x.T @ self.refit.pull
        t = r / s[:, None]
        gain = (r * t).sum(dim=1) / 2
        gain = gain.where(spread_over(new, quadratic.count) >= FEWEST, 0.0)
        length = w[:, : w.shape[1] - self.n_bias].norm(dim=1)
        height = self.height(gain, length, (t @ self.to_common.T).norm(dim=1))
        return Climbers(w, slope, new, t, height)

    def _wanted(self) -> Tensor:
        """Residual (rows, c) after the best step of the present output weights."""
        quadratic = self.quadratic
        given = quadratic.signals @ self.refit(self.refit.pull)
        return quadratic.residual - quadratic.curvature[:, None] * given

    def _metric(self) -> Tensor:
        """Cholesky factor of the regularised second moments of the inputs."""
        metric = self.heard.T @ self.heard / len(self.heard)
        d, (share, of_mean) = metric.diagonal(), _METRIC
        floor = torch.finfo(d.dtype).tiny
        added = share * d + of_mean * d.mean() + floor
        factor: Tensor = torch.linalg.cholesky(metric + torch.diag(added))
        return factor

    def _step(self, at: Climbers, wanted: Tensor, metric: Tensor) -> Tensor:
        """Along the gain's gradient in that metric, no longer than w itself."""
        size = at.t.square().sum(dim=1)
        pull = wanted @ at.t.T - self.quadratic.curvature[:, None] * at.new * size
        gradient = (at.slope * pull).T @ self.heard / len(self.heard)
        step: Tensor = torch.cholesky_solve(gradient.T, metric).T
        step /= (_DAMPED * size + 1e-30)[:, None]
        far = step.norm(dim=1) / (at.w.norm(dim=1) + 1e-30)
        step /= far.clamp_min(1)[:, None]
        return step


def fired(activation: str, z: Tensor) -> tuple[Tensor, Tensor]:
    """f(z) and f'(z)."""
    f = ACTIVATIONS[activation].torch
    a, slope = torch.empty_like(z), torch.ones_like(z)
    f.forward(z, out=a)
    f.backward(slope, z, a)
    return a, slope


def spread_over(new: Tensor, count: Tensor) -> Tensor:
    """Effective number of samples on which an output (rows, n) is not near zero."""
    square = new.square()
    return (count @ square) ** 2 / (count @ square.square() + 1e-30)
